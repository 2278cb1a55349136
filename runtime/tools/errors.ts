/** What is wrong with a tool, as opposed to what goes wrong in one. */
import { FlatstateError } from "../errors.ts";

/** A tool cannot be offered: its name, or the schema of its arguments. */
export class InvalidToolError extends FlatstateError {
	constructor(name: string, problem: string, options?: ErrorOptions) {
		super("invalid_tool", `Tool ${JSON.stringify(name)}: ${problem}`, options);
	}
}
