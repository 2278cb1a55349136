/** Everything that is told of one run: its history, for whoever comes late, and those who listen. */

import type { InspectedActor, InspectedCall, InspectedEvent, InspectedFrame, ServerMessage } from "./protocol.ts";
import type { Redaction } from "./redaction.ts";

export type End = Extract<ServerMessage, { type: "end" }>;
export type Drawn = Extract<ServerMessage, { type: "diagram" | "undrawn" }>;

/** Makes a message when there is time for it, so that the run itself is not kept waiting. */
export type Later =
	| (() => { readonly type: "frame"; readonly frame: Omit<InspectedFrame, "seq"> } | undefined)
	| (() => { readonly type: "call"; readonly call: InspectedCall })
	| (() => { readonly type: "event"; readonly event: InspectedEvent });

export interface SessionOptions {
	readonly redaction: Redaction;
	/** Frames, calls and messages with events that are kept, each; the oldest go first. Default 50,000. */
	readonly mostKept?: number;
	/** Characters of frames, calls and events that are kept, each. Default 32 million. */
	readonly mostText?: number;
	/** Actors that are kept; those that ended first go first. Default 20,000. */
	readonly mostActors?: number;
}

/** Milliseconds for which what happens gathers: a picture of a screen. */
const batchMilliseconds = 16;
/** Milliseconds of work after which the run has its turn again. */
const turnMilliseconds = 8;
/** Actors and events in one message. */
const mostInMessage = 500;

/** Characters of messages that go into one list. */
const longestList = 1_000_000;

/** Takes messages, already as JSON text: each is one, or a list, since a text costs a browser more than its size. */
export type Listener = (message: string) => void;

export class InspectionSession {
	readonly redaction: Redaction;
	readonly #mostKept: number;
	readonly #mostText: number;
	readonly #mostActors: number;
	readonly #listeners = new Set<Listener>();
	readonly #drawings: string[] = [];
	readonly #actors = new Map<string, InspectedActor>();
	readonly #frames = new KeptTexts();
	readonly #events = new KeptTexts();
	readonly #calls = new Map<string, string>();
	#callsLength = 0;
	/** Actors that have changed since they were told of last. */
	readonly #changed = new Map<string, () => InspectedActor>();
	#queue: Later[] = [];
	/** What is told while work is done: it goes out together. */
	#told: string[] | undefined;
	#timer: NodeJS.Timeout | undefined;
	#nextFrame = 0;
	#isPaused = false;
	#end: string | undefined;

	constructor({ redaction, mostKept = 50_000, mostText = 32_000_000, mostActors = 20_000 }: SessionOptions) {
		this.redaction = redaction;
		this.#mostKept = mostKept;
		this.#mostText = mostText;
		this.#mostActors = mostActors;
	}

	/** A machine has its picture, or will have none. */
	drawn(drawing: Drawn): void {
		const text = this.#text(drawing);
		this.#drawings.push(text);
		this.#tell(text);
	}

	/** An actor is new, or has changed. @param look says how it is by the time that it is told of */
	actor(id: string, look: () => InspectedActor): void {
		this.#changed.set(id, look);
		this.#schedule();
	}

	/** Something has happened. */
	add(later: Later): void {
		this.#queue.push(later);
		this.#schedule();
	}

	set isPaused(isPaused: boolean) {
		this.#isPaused = isPaused;
		this.#tell(this.#text({ type: "paused", isPaused }));
	}

	/** The run has come to rest. What was not yet told is told first. */
	end(end: End): void {
		this.flush();
		this.#end = this.#text(end);
		this.#tell(this.#end);
	}

	get hasEnded(): boolean {
		return this.#end !== undefined;
	}

	/**
	 * Tells a listener all that is known, then everything new.
	 * @returns ends that
	 */
	listen(listener: Listener): () => void {
		this.flush();
		const actors = [...this.#actors.values()];
		const known = [...this.#drawings];
		for (let at = 0; at < actors.length; at += mostInMessage) {
			known.push(this.#text({ type: "actors", actors: actors.slice(at, at + mostInMessage) }));
		}
		for (const texts of [this.#frames.texts, this.#calls.values(), this.#events.texts])
			for (const text of texts) known.push(text);
		if (this.#isPaused) known.push(this.#text({ type: "paused", isPaused: true }));
		if (this.#end !== undefined) known.push(this.#end);
		for (const list of listsOf(known)) listener(list);
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Makes and tells everything that is due. */
	flush(): void {
		while (this.#work(Number.POSITIVE_INFINITY));
	}

	/** Stops; what is not yet told is not told any more. */
	close(): void {
		clearTimeout(this.#timer);
		this.#listeners.clear();
		this.#queue = [];
		this.#changed.clear();
	}

	#schedule(): void {
		this.#timer ??= setTimeout(() => this.#turn(), batchMilliseconds);
	}

	#turn(): void {
		this.#timer = undefined;
		if (this.#work(performance.now() + turnMilliseconds)) this.#schedule();
	}

	/** @param until milliseconds of `performance.now` @returns whether there is more */
	#work(until: number): boolean {
		const told: string[] = [];
		this.#told = told;
		try {
			return this.#workOn(until);
		} finally {
			this.#told = undefined;
			for (const list of listsOf(told)) this.#tell(list);
		}
	}

	#workOn(until: number): boolean {
		this.#tellActors();
		const queue = this.#queue;
		let done = 0;
		let events: InspectedEvent[] = [];
		const tellEvents = () => {
			if (events.length > 0) this.#keepEvents(events);
			events = [];
		};
		for (; done < queue.length && (done % 16 > 0 || performance.now() < until); done++) {
			const made = queue[done]?.();
			if (made?.type === "event") {
				events.push(made.event);
				if (events.length === mostInMessage) tellEvents();
			} else if (made?.type === "frame") this.#keepFrame(made.frame);
			else if (made) this.#keepCall(made.call);
		}
		tellEvents();
		this.#queue = done === queue.length && queue === this.#queue ? [] : this.#queue.slice(done);
		if (this.#queue.length > 0) return true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		return false;
	}

	#tellActors(): void {
		if (this.#changed.size === 0) return;
		const actors = [...this.#changed.values()].map((look) => look());
		this.#changed.clear();
		for (const actor of actors) this.#actors.set(actor.id, actor);
		this.#forgetActors();
		for (let at = 0; at < actors.length; at += mostInMessage) {
			this.#tell(this.#text({ type: "actors", actors: actors.slice(at, at + mostInMessage) }));
		}
	}

	#forgetActors(): void {
		let excess = this.#actors.size - this.#mostActors;
		if (excess <= 0) return;
		for (const { id, endedAt, parent } of this.#actors.values()) {
			if (endedAt === undefined || parent === null) continue;
			this.#actors.delete(id);
			excess -= 1;
			if (excess <= 0) return;
		}
	}

	#keepFrame(frame: Omit<InspectedFrame, "seq">): void {
		const text = this.#text({ type: "frame", ...frame, seq: this.#nextFrame });
		this.#nextFrame += 1;
		this.#frames.add(text, this.#mostKept, this.#mostText);
		this.#tell(text);
	}

	#keepCall(call: InspectedCall): void {
		const text = this.#text({ type: "call", ...call });
		this.#callsLength += text.length - (this.#calls.get(call.id)?.length ?? 0);
		this.#calls.set(call.id, text);
		for (const [id, { length }] of this.#calls) {
			if (this.#calls.size <= this.#mostKept && this.#callsLength <= this.#mostText) break;
			this.#calls.delete(id);
			this.#callsLength -= length;
		}
		this.#tell(text);
	}

	#keepEvents(events: readonly InspectedEvent[]): void {
		const text = this.#text({ type: "events", events });
		this.#events.add(text, this.#mostKept, this.#mostText);
		this.#tell(text);
	}

	#text(message: ServerMessage): string {
		return this.redaction.message(message);
	}

	#tell(text: string): void {
		if (this.#told) this.#told.push(text);
		else for (const listener of this.#listeners) listener(text);
	}
}

/** Messages as lists; one alone stays itself. */
function* listsOf(messages: readonly string[]): Generator<string> {
	let list: string[] = [];
	let length = 0;
	for (const message of messages) {
		if (length > 0 && length + message.length > longestList) {
			yield joined(list);
			list = [];
			length = 0;
		}
		list.push(message);
		length += message.length;
	}
	if (list.length > 0) yield joined(list);
}

function joined(messages: readonly string[]): string {
	return messages.length === 1 ? (messages[0] ?? "") : `[${messages.join(",")}]`;
}

/** Texts of which the oldest are dropped when there are too many. */
class KeptTexts {
	#texts: string[] = [];
	#first = 0;
	#length = 0;

	get texts(): readonly string[] {
		return this.#texts.slice(this.#first);
	}

	add(text: string, mostTexts: number, mostLength: number): void {
		this.#texts.push(text);
		this.#length += text.length;
		while (
			this.#texts.length - this.#first > mostTexts ||
			(this.#length > mostLength && this.#first < this.#texts.length - 1)
		) {
			this.#length -= this.#texts[this.#first]?.length ?? 0;
			this.#texts[this.#first] = "";
			this.#first += 1;
		}
		if (this.#first > mostTexts) {
			this.#texts = this.#texts.slice(this.#first);
			this.#first = 0;
		}
	}
}
