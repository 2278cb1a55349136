/** What the page knows of a run: the server's messages put together. Pure; one call takes many messages at once. */
import type { LaidOutDiagram } from "../diagram/diagram.ts";
import type {
	InspectedActor,
	InspectedCall,
	InspectedEvent,
	InspectedFrame,
	ServerMessage,
} from "../inspect/protocol.ts";
import { SessionDraft } from "./session-draft.ts";

export type Hello = Extract<ServerMessage, { type: "hello" }>;
export type RunTotals = Extract<ServerMessage, { type: "totals" }>;
export type End = Extract<ServerMessage, { type: "end" }>;

/** What came of a machine's picture. */
export type Drawing =
	| { readonly is: "drawn"; readonly diagram: LaidOutDiagram }
	| { readonly is: "undrawn"; readonly reason: string };

/** An event with its number in the log, from 0 over the whole session. */
export interface LoggedEvent extends InspectedEvent {
	readonly number: number;
}

export interface Notice {
	readonly number: number;
	readonly level: "info" | "error";
	readonly text: string;
}

export interface Session {
	/** Null until the server has said what this is about. */
	readonly hello: Hello | null;
	/** By the machine's plan; those that are not there are still being drawn. */
	readonly drawings: ReadonlyMap<string, Drawing>;
	readonly actors: ReadonlyMap<string, InspectedActor>;
	/** Ids by the parent's id, in the order of their arrival. A parent may arrive after its children. */
	readonly childrenOf: ReadonlyMap<string | null, readonly string[]>;
	/** The machine that was run: the first one without a parent. */
	readonly root: string | null;
	/** By `seq`, whatever order they came in. */
	readonly frames: readonly InspectedFrame[];
	readonly framesOf: ReadonlyMap<string, readonly InspectedFrame[]>;
	/** In the order of their starts' arrival. */
	readonly calls: readonly InspectedCall[];
	/** Where each call is in `calls`. */
	readonly callPlaces: ReadonlyMap<string, number>;
	/** The latest ones, as many as are kept. */
	readonly events: readonly LoggedEvent[];
	/** Of all that came, with those that are no longer kept. */
	readonly eventCount: number;
	/** In all, with what is kept no longer; null until the server has said so. */
	readonly totals: RunTotals | null;
	readonly isPaused: boolean;
	/** The latest few. */
	readonly notices: readonly Notice[];
	readonly noticeCount: number;
	/** Null while it runs. */
	readonly end: End | null;
}

export const emptySession: Session = {
	hello: null,
	drawings: new Map(),
	actors: new Map(),
	childrenOf: new Map(),
	root: null,
	frames: [],
	framesOf: new Map(),
	calls: [],
	callPlaces: new Map(),
	events: [],
	eventCount: 0,
	totals: null,
	isPaused: false,
	notices: [],
	noticeCount: 0,
	end: null,
};

/**
 * The session after these messages. Collections that none of them touches stay the same objects, so whoever shows them
 * need not look again. A `hello` begins anew: after a reconnection the server tells everything once more.
 */
export function receive(session: Session, messages: readonly ServerMessage[]): Session {
	const beginning = messages.findLastIndex(({ type }) => type === "hello");
	const draft = new SessionDraft(beginning === -1 ? session : emptySession);
	for (const message of messages.slice(Math.max(beginning, 0))) draft.take(message);
	return draft.session();
}
