/** What can be wrong with a file of scenarios. */
import { FlatstateError } from "../../../runtime/errors.ts";

/** The text is no scenario. `problems` has all of them, each with its place and what to write. */
export class InvalidScenarioError extends FlatstateError {
	readonly problems: readonly string[];

	/** @param file names it in the message */
	constructor(file: string, problems: readonly string[]) {
		const [first = "it cannot be read", ...others] = problems;
		const many = `${file} has ${problems.length} problems:\n${problems.map((problem) => `  ${problem}`).join("\n")}`;
		super("invalid_scenario", others.length === 0 ? first : many);
		this.problems = problems;
	}
}
