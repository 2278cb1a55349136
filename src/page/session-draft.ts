/** A session while a batch of messages is put into it. */
import type { InspectedActor, InspectedCall, InspectedFrame, ServerMessage } from "../inspect/protocol.ts";
import { ListDraft, ListsDraft, MapDraft } from "./copy-on-write.ts";
import type { Drawing, End, Hello, LoggedEvent, Notice, RunTotals, Session } from "./session.ts";
import { withSharedParts } from "./shared-parts.ts";

export const keptNotices = 20;

type Forget = Extract<ServerMessage, { type: "forget" }>;

export class SessionDraft {
	#hello: Hello | null;
	#root: string | null;
	#totals: RunTotals | null;
	#isPaused: boolean;
	#end: End | null;
	#eventCount: number;
	#noticeCount: number;
	readonly #drawings: MapDraft<string, Drawing>;
	readonly #actors: MapDraft<string, InspectedActor>;
	readonly #childrenOf: ListsDraft<string | null, string>;
	readonly #frames: ListDraft<InspectedFrame>;
	readonly #framesOf: ListsDraft<string, InspectedFrame>;
	readonly #calls: ListDraft<InspectedCall>;
	readonly #callPlaces: MapDraft<string, number>;
	readonly #events: ListDraft<LoggedEvent>;
	readonly #notices: ListDraft<Notice>;

	constructor(session: Session) {
		this.#hello = session.hello;
		this.#root = session.root;
		this.#totals = session.totals;
		this.#isPaused = session.isPaused;
		this.#end = session.end;
		this.#eventCount = session.eventCount;
		this.#noticeCount = session.noticeCount;
		this.#drawings = new MapDraft(session.drawings);
		this.#actors = new MapDraft(session.actors);
		this.#childrenOf = new ListsDraft(session.childrenOf);
		this.#frames = new ListDraft(session.frames);
		this.#framesOf = new ListsDraft(session.framesOf);
		this.#calls = new ListDraft(session.calls);
		this.#callPlaces = new MapDraft(session.callPlaces);
		this.#events = new ListDraft(session.events);
		this.#notices = new ListDraft(session.notices);
	}

	take(message: ServerMessage): void {
		switch (message.type) {
			case "hello":
				this.#hello = message;
				return;
			case "diagram":
				this.#drawings.set(message.machine, { is: "drawn", diagram: message.diagram });
				return;
			case "undrawn":
				this.#drawings.set(message.machine, { is: "undrawn", reason: message.reason });
				return;
			case "actors":
				for (const actor of message.actors) this.#takeActor(actor);
				return;
			case "frame":
				this.#takeFrame(message);
				return;
			case "call":
				this.#takeCall(message);
				return;
			case "events":
				for (const event of message.events) this.#events.own.push({ ...event, number: this.#eventCount++ });
				return;
			case "totals":
				this.#totals = message;
				return;
			case "forget":
				this.#forget(message);
				return;
			case "paused":
				this.#isPaused = message.isPaused;
				return;
			case "notice":
				this.#notices.own.push({ level: message.level, text: message.text, number: this.#noticeCount++ });
				return;
			case "end":
				this.#end = message;
				return;
		}
	}

	session(): Session {
		return {
			hello: this.#hello,
			drawings: this.#drawings.result(),
			actors: this.#actors.result(),
			childrenOf: this.#childrenOf.result(),
			root: this.#root,
			frames: this.#frames.result(),
			framesOf: this.#framesOf.result(),
			calls: this.#calls.result(),
			callPlaces: this.#callPlaces.result(),
			events: this.#events.result(),
			eventCount: this.#eventCount,
			totals: this.#totals,
			isPaused: this.#isPaused,
			notices: this.#notices.result(keptNotices),
			noticeCount: this.#noticeCount,
			end: this.#end,
		};
	}

	#takeActor(actor: InspectedActor): void {
		const known = this.#actors.get(actor.id);
		this.#actors.set(actor.id, actor);
		if (known?.parent !== actor.parent) {
			if (known !== undefined) {
				const siblings = this.#childrenOf.of(known.parent).own;
				siblings.splice(siblings.indexOf(actor.id), 1);
			}
			this.#childrenOf.of(actor.parent).own.push(actor.id);
		}
		if (actor.parent === null && actor.kind === "machine") this.#root ??= actor.id;
		this.#goOnWith(actor.id, actor.status === "active");
	}

	/** The server has bounds; whoever keeps what it keeps has them, too. */
	#forget({ framesBefore = 0, calls = [], events = 0, actors = [] }: Forget): void {
		this.#forgetFrames(framesBefore);
		if (calls.length > 0) this.#forgetCalls(new Set(calls));
		if (events > 0) this.#events.own.splice(0, events);
		this.#forgetActors(actors);
	}

	#forgetFrames(before: number): void {
		const count = this.#frames.current.findIndex(({ seq }) => seq >= before);
		if (count === 0 || this.#frames.current.length === 0) return;
		const gone = this.#frames.own.splice(0, count === -1 ? this.#frames.current.length : count);
		for (const actor of new Set(gone.map((frame) => frame.actor))) {
			const frames = this.#framesOf.of(actor).own;
			const kept = frames.findIndex(({ seq }) => seq >= before);
			frames.splice(0, kept === -1 ? frames.length : kept);
		}
	}

	#forgetCalls(ids: ReadonlySet<string>): void {
		const kept = this.#calls.current.filter(({ id }) => !ids.has(id));
		this.#calls.own.length = 0;
		this.#callPlaces.clear();
		for (const call of kept) this.#callPlaces.set(call.id, this.#calls.own.push(call) - 1);
	}

	#forgetActors(ids: readonly string[]): void {
		const gone = new Set(ids);
		const parents = new Set(ids.flatMap((id) => this.#actors.get(id)?.parent ?? []));
		for (const id of gone) this.#actors.delete(id);
		for (const parent of parents) {
			const siblings = this.#childrenOf.of(parent);
			const kept = siblings.current.filter((id) => !gone.has(id));
			siblings.own.length = 0;
			for (const id of kept) siblings.own.push(id);
		}
	}

	#takeFrame(told: InspectedFrame): void {
		const before = this.#framesOf.of(told.actor).current.at(-1);
		const frame = before === undefined ? told : { ...told, context: withSharedParts(told.context, before.context) };
		const isNewest = putInOrder(this.#frames.own, frame);
		putInOrder(this.#framesOf.of(frame.actor).own, frame);
		this.#goOnWith(frame.actor, isNewest);
	}

	/** The end of a call is what counts, also where the message of its start comes after it. */
	#takeCall(call: InspectedCall): void {
		const place = this.#callPlaces.get(call.id);
		if (place === undefined) {
			this.#callPlaces.set(call.id, this.#calls.own.push(call) - 1);
		} else if (call.endedAt !== undefined || this.#calls.current[place]?.endedAt === undefined) {
			this.#calls.own[place] = { ...this.#calls.current[place], ...call };
		}
	}

	/** A run that came to rest waiting goes on when a signal has come; one that is over does not. */
	#goOnWith(actor: string, isMoving: boolean): void {
		if (isMoving && actor === this.#root && this.#end?.status === "waiting") this.#end = null;
	}
}

/** @returns whether the frame is behind all others */
function putInOrder(frames: InspectedFrame[], frame: InspectedFrame): boolean {
	let place = frames.length;
	for (let before = frames[place - 1]; before !== undefined && before.seq >= frame.seq; before = frames[place - 1]) {
		place--;
	}
	if (frames[place]?.seq === frame.seq) {
		frames[place] = frame;
		return false;
	}
	frames.splice(place, 0, frame);
	return place === frames.length - 1;
}
