/** Prints a compiled machine as the module that Stately Studio imports: one `createMachine` call with a literal. */
import type { JsonMachineConfig } from "../compiler/xstate/lower.ts";
import { moduleHeader } from "./module-header.ts";
import { printLiteral } from "./typescript-literal.ts";

/**
 * A module that exports `machine`: `createMachine` with the config as a literal and nothing around it, since Studio reads
 * the call and runs nothing. Guards, actions and actors are names; `toTypeScript` has stand-ins for them. It needs
 * nothing but `xstate`, type-checks in strict mode, and is the same text for the same config.
 */
export function toStatelyModule(config: JsonMachineConfig): string {
	const header = moduleHeader(config, "stately", [
		"To see it in Stately Studio, paste this file under “Import from code”. Conditions are guards under their own text.",
		"To run the machine use `flatstate run`, or `compileFile` of the package `flatstate`.",
	]);
	const literal = printLiteral(withMarks(config), 0, 39).replaceAll(JSON.stringify(mark), '"final" as const');
	return `${header}import { createMachine } from "xstate";

export const machine = createMachine(${literal});
`;
}

/** Stands for a type that has to be spelled out; no state has such a one. */
const mark = "final\u0000";

/**
 * TypeScript looks names such as `constructor` up on every object, and so takes the `type` of a state that is called so
 * for any text.
 */
function withMarks({ states, ...config }: JsonMachineConfig): unknown {
	const marked = Object.entries(states).map(([name, state]) =>
		name in Object.prototype && state.type === "final" ? [name, { ...state, type: mark }] : [name, state],
	);
	return { ...config, states: Object.fromEntries(marked) };
}
