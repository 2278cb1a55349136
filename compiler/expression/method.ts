/** What a Python method on a value is. */
import type { NamedArguments } from "./functions.ts";

/** A method; `undefined` when the type has none of that name. */
export type Method = (args: readonly unknown[], named: NamedArguments) => unknown;
