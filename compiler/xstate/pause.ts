/** What an execution asks that pauses in the middle of a state's work, as `context.machine.run.pause` has it. */
import { isRecord } from "../document/plain-data.ts";

/** What is asked of whoever answers. Plain JSON; what comes from a model is not to be trusted. */
export interface PauseRequest {
	/**
	 * - `tool`: a tool with `pause`, whose result the answer is
	 * - `approval`: the agent may go on with something, or not
	 * - `input`: the agent wants to know something
	 */
	readonly kind: "tool" | "approval" | "input";
	/** The agent that asks. */
	readonly agent: string;
	/** Of the call of the tool, or of the agent's own request. */
	readonly id: string;
	/** The tool, or what is to be approved or told. */
	readonly name: string;
	/** As the model wrote them. */
	readonly arguments: Readonly<Record<string, unknown>>;
	/** What is asked, in words, where somebody wrote them. */
	readonly message?: string;
	/** What the tool's own function gave before the pause, where it has one. */
	readonly result?: string;
	/** `break`: a program answers, so that nobody is asked at a terminal and no run stays for it. */
	readonly pause?: "break";
}

/** A pause: the channel on which the answer is awaited, and what is asked. */
export interface Pause {
	readonly channel: string;
	readonly request: PauseRequest;
}

/** Reads a pause that was JSON; undefined for what is none. */
export function readPause(value: unknown): Pause | undefined {
	if (!isRecord(value) || typeof value.channel !== "string" || !isRecord(value.request)) return undefined;
	const { kind, agent, id, name, arguments: args, message, result, pause } = value.request;
	if (kind !== "tool" && kind !== "approval" && kind !== "input") return undefined;
	return {
		channel: value.channel,
		request: {
			kind,
			agent: typeof agent === "string" ? agent : "",
			id: typeof id === "string" ? id : "",
			name: typeof name === "string" ? name : "",
			arguments: isRecord(args) ? args : {},
			...(typeof message === "string" && { message }),
			...(typeof result === "string" && { result }),
			...(pause === "break" && { pause }),
		},
	};
}
