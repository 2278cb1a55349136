/** What the inspector's server and its page say to each other over the WebSocket: as JSON texts, each a message or a list of messages. */
import type { LaidOutDiagram } from "../diagram/diagram.ts";

/** Times are milliseconds since the epoch. Everything here has been redacted. */
export type ServerMessage =
	/** First message. */
	| {
			readonly type: "hello";
			readonly mode: "live" | "stored";
			/** The plan's id, and what the machine calls itself. */
			readonly machine: string;
			readonly name: string;
			readonly executionId: string;
	  }
	/** The picture of a machine, by the plan's id; one for each, as soon as it is drawn. */
	| { readonly type: "diagram"; readonly machine: string; readonly diagram: LaidOutDiagram }
	/** Why a machine has no picture. */
	| { readonly type: "undrawn"; readonly machine: string; readonly reason: string }
	/** Batched: a `foreach` starts hundreds. Those that are known are replaced. */
	| { readonly type: "actors"; readonly actors: readonly InspectedActor[] }
	/** One step of a machine, live or from a checkpoint; `seq` counts from 0 over the whole session. */
	| ({ readonly type: "frame" } & InspectedFrame)
	| ({ readonly type: "call" } & InspectedCall)
	| { readonly type: "events"; readonly events: readonly InspectedEvent[] }
	/** Of all machines together, with what is kept no longer. Dollars. */
	| { readonly type: "totals"; readonly steps: number; readonly calls: number; readonly cost: number }
	/** What the server keeps no longer; a page that keeps no more than that has bounds, too. */
	| {
			readonly type: "forget";
			/** All frames with smaller numbers. */
			readonly framesBefore?: number;
			/** By their ids. */
			readonly calls?: readonly string[];
			/** So many of the oldest. */
			readonly events?: number;
			/** By their ids. */
			readonly actors?: readonly string[];
	  }
	| { readonly type: "paused"; readonly isPaused: boolean }
	/** An answer to a `signal`, or to anything that could not be done. */
	| { readonly type: "notice"; readonly level: "info" | "error"; readonly text: string }
	| {
			readonly type: "end";
			readonly status: "done" | "failed" | "stopped" | "waiting";
			readonly output?: unknown;
			readonly error?: string;
			readonly channel?: string;
			/** Where it waits for a time alone: milliseconds since 1970. */
			readonly wakeAt?: number;
	  };

export interface InspectedActor {
	/** The XState session id; for a stored execution its execution id. */
	readonly id: string;
	readonly parent: string | null;
	readonly name: string;
	readonly kind: "machine" | "agent" | "work";
	/** For machines: the plan, by which its diagram is found. */
	readonly machine?: string;
	readonly executionId?: string;
	/** The YAML state in which it stands. */
	readonly state?: string;
	readonly status: "active" | "done" | "error" | "stopped" | "waiting";
	/** While it waits: on which channel, so that the page can offer it. */
	readonly channel?: string;
	readonly output?: unknown;
	readonly error?: string;
	readonly startedAt: number;
	readonly endedAt?: number;
}

export interface InspectedFrame {
	readonly seq: number;
	readonly at: number;
	readonly actor: string;
	readonly state: string;
	readonly step: number;
	readonly context: Readonly<Record<string, unknown>>;
	/** Paths into the context that changed since the actor's frame before, e.g. `["draft", "title"]`. */
	readonly changed: readonly (readonly string[])[];
	/** Totals of that machine. Dollars. */
	readonly cost: number;
	readonly agentCalls: number;
}

/** An agent call; sent when it starts and again, with the same id and what is known then, when it ends. */
export interface InspectedCall {
	readonly id: string;
	readonly actor: string;
	readonly state: string;
	readonly agent: string;
	readonly at: number;
	readonly endedAt?: number;
	readonly input?: unknown;
	readonly prompt?: string;
	readonly answer?: unknown;
	readonly error?: string;
	readonly cost?: number;
}

export interface InspectedEvent {
	readonly at: number;
	readonly actor: string;
	readonly event: string;
	readonly data?: unknown;
}

export type ClientMessage =
	/** The run stops before its next effect. */
	| { readonly type: "pause" }
	| { readonly type: "continue" }
	/** While paused: let one effect go. */
	| { readonly type: "step" }
	| { readonly type: "signal"; readonly channel: string; readonly data: unknown; readonly to?: string };
