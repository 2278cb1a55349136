import type { SchemaKind } from "./definitions.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The text of validators.generated.ts. */
export function validatorsSource(schemas: Readonly<Record<SchemaKind, JsonSchema>>): string;
