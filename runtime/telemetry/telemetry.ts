/** The port to traces and metrics: what a run tells of itself, in the runtime's words (spec section 20). */
import type { AgentModelName, AgentReference, AgentResult } from "../agents/agent.ts";
import type { ModelAnswerInfo, ModelRequestInfo } from "../agents/model-call.ts";

/** Whoever listens to runs. */
export interface Telemetry {
	/** Begins the span of a run, under what is active where this is called. */
	begin(start: ExecutionStart): TelemetrySpan;
}

/** A piece of a run, from its begin to its end. */
export interface TelemetrySpan {
	/** The span in the form of the header `traceparent`; undefined where nothing of it is recorded. */
	readonly traceparent: string | undefined;
	/** Begins a span under this one. */
	begin(start: SpanStart): TelemetrySpan;
	/** Calls `work` so that the spans of what it calls, an HTTP client perhaps, are under this one. */
	within<T>(work: () => T): T;
	/** Something that happens at one moment within the span. */
	tell(event: SpanEvent): void;
	/** Called once. */
	end(end?: SpanEnd): void;
}

/** Why a piece of a run ended, and what it gave. */
export interface SpanEnd {
	/** What was thrown; present = the span has failed. */
	readonly error?: unknown;
	/** Of an agent. An error in it is the span's. */
	readonly result?: AgentResult;
	/** Of a request to a model. */
	readonly answer?: ModelAnswerInfo;
	/** Of a tool. */
	readonly output?: unknown;
	/** Of an execution. */
	readonly execution?: ExecutionEnd;
}

export interface ExecutionEnd {
	readonly status: "done" | "failed" | "stopped" | "waiting";
	/** The limit that stopped it; `aborted`, or `given_up` for a child that nobody waits for any more. */
	readonly reason?: string;
	readonly steps: number;
	readonly agentCalls: number;
	/** US dollars. */
	readonly cost: number;
	readonly inputTokens: number;
	readonly outputTokens: number;
}

export type SpanStart = ExecutionStart | StateStart | AgentStart | ModelStart | ToolStart | ActionStart;

/** One life of an execution: a machine that is started, or taken up where it was. */
export interface ExecutionStart {
	readonly kind: "execution";
	readonly machine: string;
	readonly executionId: string;
	readonly parentExecutionId: string | null;
	readonly depth: number;
	/** Whether it goes on from what a store had of it. */
	readonly isResumed: boolean;
	/** The `traceparent` of its first life, where that was traced: this one belongs to the same trace, and links to it. */
	readonly earlier?: string;
}

/** One visit of a state. */
export interface StateStart {
	readonly kind: "state";
	readonly state: string;
	/** Counts from 1. */
	readonly step: number;
	readonly executionId: string;
}

/** One call of an agent. */
export interface AgentStart {
	readonly kind: "agent";
	readonly agent: string;
	/** The adapter's name, for example `flatagent`. */
	readonly type: AgentReference["type"];
	/** `1`, `sample.2`, `vote.3`; of a tool loop `turn.4`, and `final`. */
	readonly attempt: string;
	readonly model?: AgentModelName;
	readonly sessionId?: string;
	/** The rendered `input` of the state. */
	readonly input: Readonly<Record<string, unknown>>;
}

/** One request of an agent to its model. */
export interface ModelStart extends ModelRequestInfo {
	readonly kind: "model";
}

/** One call of a tool. */
export interface ToolStart {
	readonly kind: "tool";
	readonly tool: string;
	readonly callId: string;
	readonly arguments: Readonly<Record<string, unknown>>;
}

/** An `action` of a state. */
export interface ActionStart {
	readonly kind: "action";
	readonly action: string;
}

export type SpanEvent = RetryEvent | AttemptEvent;

/** An attempt at a state's key results has ended. */
export interface AttemptEvent {
	readonly kind: "attempt";
	/** From 0. */
	readonly attempt: number;
	readonly passed: boolean;
	/** Names of the key results that do not hold. */
	readonly failed: readonly string[];
}

/** An attempt has failed, and the next begins after a back-off. */
export interface RetryEvent {
	readonly kind: "retry";
	readonly attempt: number;
	readonly delaySeconds: number;
	/** The error's type. */
	readonly errorType: string;
}

/**
 * Runs a piece of work in a span of its own.
 * @param endOf what the span is told of the value
 * @throws what `work` throws; the span has then failed
 */
export async function inSpan<T>(
	above: TelemetrySpan,
	start: SpanStart,
	work: (span: TelemetrySpan) => T | Promise<T>,
	endOf: (value: T) => SpanEnd = () => ({}),
): Promise<T> {
	const span = above.begin(start);
	let value: T;
	try {
		value = await span.within(() => work(span));
	} catch (error) {
		span.end({ error });
		throw error;
	}
	span.end(endOf(value));
	return value;
}
