/**
 * Agents that stop for an answer and go on from where they were: what they ask, and what they are told. The runtime parks
 * the execution meanwhile (`runtime/state/interruptions.ts`).
 */
import { isRecord, own, ownString } from "../../compiler/document/plain-data.ts";

/** One thing that an agent asks before it goes on. */
export interface InterruptionRequest {
	/** Its own among those of the interruption: the decision has the same. */
	readonly id: string;
	/** `approval`: whether to go on with something, a call of a tool for example; `input`: anything else, in words or data. */
	readonly kind: "approval" | "input";
	/** What is to be approved, or told: the name of a tool for example. */
	readonly name: string;
	readonly arguments: Readonly<Record<string, unknown>>;
	/** For whoever decides, in words. */
	readonly message?: string;
}

/** An agent call that has stopped for answers. */
export interface Interruption {
	/** At least one. Each parks the execution; they are asked one after the other, in this order. */
	readonly requests: readonly InterruptionRequest[];
	/** What the agent needs to go on; only it reads this. It is stored, so it must hold no keys. */
	readonly state: string;
}

/**
 * The answer to one request. It comes from outside, as the data of a signal. An `approval` is given only by `true` or by
 * `{ approved: true }`; all else refuses. A text, and `message` of a mapping, are the reason.
 */
export type Decision =
	| { readonly id: string; readonly kind: "approval"; readonly approved: boolean; readonly message?: string }
	| { readonly id: string; readonly kind: "input"; readonly data: unknown };

/** With what an interrupted agent is called again. */
export interface AgentResume {
	/** The interruption's. */
	readonly state: string;
	/** One for each request, in their order. */
	readonly decisions: readonly Decision[];
}

/** Reads the decision that a signal's data is. */
export function decisionOf({ id, kind }: Pick<InterruptionRequest, "id" | "kind">, data: unknown): Decision {
	if (kind === "input") return { id, kind, data };
	const approved = data === true || own(data, "approved") === true;
	const message = typeof data === "string" ? data : ownString(data, "message");
	return { id, kind, approved, ...(message !== undefined && message !== "" && { message }) };
}

/** @returns undefined for what is no interruption, and for one without a request */
export function readInterruption(value: unknown): Interruption | undefined {
	if (!isRecord(value) || typeof value.state !== "string" || !Array.isArray(value.requests)) return undefined;
	const requests = value.requests.filter(isRecord).map(readRequest);
	return requests.length === 0 ? undefined : { requests, state: value.state };
}

function readRequest(request: Readonly<Record<string, unknown>>, index: number): InterruptionRequest {
	const { id, kind, name, arguments: args, message } = request;
	return {
		id: typeof id === "string" && id !== "" ? id : String(index + 1),
		kind: kind === "input" ? kind : "approval",
		name: typeof name === "string" ? name : "",
		arguments: isRecord(args) ? args : {},
		...(typeof message === "string" && { message }),
	};
}
