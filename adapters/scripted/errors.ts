/** What can be wrong with a script of agent answers. */
import { FlatstateError } from "../../runtime/errors.ts";

/** An agent was called more often than its script has answers. */
export class ScriptExhaustedError extends FlatstateError {
	constructor(agentName: string, given: number) {
		super(
			"script_exhausted",
			`The script has no answer for call ${given + 1} of agent "${agentName}": all ${given} were given. ` +
				"Add an answer, or write a single answer in place of the list to repeat it.",
		);
	}
}

/** A script has nothing for an agent. */
export class ScriptMissingAgentError extends FlatstateError {
	constructor(agentName: string, known: readonly string[]) {
		super(
			"script_missing_agent",
			`The script has no answers for agent "${agentName}"; it has: ${known.join(", ") || "none"}. ` +
				'Add the agent, or "*" for every agent that is not named.',
		);
	}
}

/** The text of a script is not a list of answers or a map from agent names to answers. */
export class InvalidScriptError extends FlatstateError {
	constructor(problem: string, options?: ErrorOptions) {
		super(
			"invalid_script",
			`${problem} A script is a list of answers, or a map from agent names to one answer or a list of them.`,
			options,
		);
	}
}
