/** The variables that templates and conditions see (decisions: "variables of a condition", "`input.x` in a state"). */
import type { MachineContext } from "./machine-context.ts";

/** `context`, `output` and `input`; `input` is made when it is read, since most expressions never do. */
export function scopeOf(
	context: MachineContext,
	output: unknown = context.machine.run.output,
): Readonly<Record<string, unknown>> {
	return {
		context,
		output,
		get input() {
			return inputOf(context);
		},
	};
}

/** In a state `input.x` is `context.x` where the context has it, else the run's own input. */
function inputOf(context: MachineContext): Record<string, unknown> {
	const { machine, ...own } = context;
	return { ...machine.run.input, ...own };
}
