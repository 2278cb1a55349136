/** Errors of adapters for agent frameworks. */
import { FlatstateError } from "../../runtime/errors.ts";

/** The package of an agent framework is not installed, cannot be loaded, or is of a version that does not fit. */
export class PackageError extends FlatstateError {
	constructor(code: "package_missing" | "package_failed" | "package_unfit", message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}

/** An agent's document asks for more than the caller grants to coding agents. */
export class AgentPermissionError extends FlatstateError {
	constructor(agent: string, problem: string) {
		super("permission_denied", `Agent "${agent}": ${problem}`);
	}
}

/** The input of a call has no task for the agent. */
export class MissingTaskError extends FlatstateError {
	constructor(type: string) {
		super(
			"missing_task",
			`An agent of the type \`${type}\` was given no task: the state's \`input\` needs \`task\` or \`prompt\`.`,
		);
	}
}

/** What an agent of this type cannot do; the name is the reference's (spec section 19.7). */
export class NotImplementedError extends FlatstateError {
	constructor(type: string) {
		super(
			"not_implemented",
			`Agents of the type \`${type}\` run their own tools and cannot take part in a \`tool_loop\`: remove it from the ` +
				"state, or use an agent of a language model.",
		);
	}
}
