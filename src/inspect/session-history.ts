/** What a session keeps for those who come late: the latest of everything, as texts, within bounds. */
import type { InspectedActor, ServerMessage } from "./protocol.ts";

export interface HistoryOptions {
	/** Frames, calls and events that are kept, each; the oldest go first. Default 50,000. */
	readonly mostKept?: number;
	/** Characters of frames and of calls that are kept, each, and twice those of events. Default 16 million. */
	readonly mostText?: number;
	/** Actors that are kept; agents that have ended go first, then machines. Default 20,000. */
	readonly mostActors?: number;
}

export type Forget = Extract<ServerMessage, { type: "forget" }>;

/** Of a bound, when it is reached: so much is left, so that forgetting takes no time for each that comes. */
const left = 0.9;

export class SessionHistory {
	readonly actors: KeptActors;
	/** Each is a frame, by its number. */
	readonly #frames: KeptTexts<number>;
	/** By the call's id: its start, then its end. */
	readonly #calls: KeptTexts<string>;
	readonly #events: KeptTexts<undefined>;
	readonly #drawings: string[] = [];
	#forgotten: { framesBefore?: number; calls?: readonly string[]; events?: number; actors?: readonly string[] } = {};

	constructor({ mostKept = 50_000, mostText = 16_000_000, mostActors = 20_000 }: HistoryOptions) {
		this.actors = new KeptActors(mostActors);
		this.#frames = new KeptTexts(mostKept, mostText);
		this.#calls = new KeptTexts(mostKept, mostText);
		this.#events = new KeptTexts(mostKept, mostText / 2);
	}

	drawing(text: string): void {
		this.#drawings.push(text);
	}

	frame(number: number, text: string): void {
		const last = this.#frames.add(number, text, 1).at(-1);
		if (last !== undefined) this.#forgotten.framesBefore = last.key + 1;
	}

	call(id: string, text: string): void {
		const ids = new Set(this.#calls.add(id, text, 1).map(({ key }) => key));
		if (ids.size === 0) return;
		// Of a call whose start is gone the end says too little.
		this.#calls.drop(ids);
		this.#forgotten.calls = [...(this.#forgotten.calls ?? []), ...ids];
	}

	/** @param count of the events in the text */
	events(text: string, count: number): void {
		const gone = this.#events.add(undefined, text, count).reduce((sum, one) => sum + one.count, 0);
		if (gone > 0) this.#forgotten.events = (this.#forgotten.events ?? 0) + gone;
	}

	forgetActors(): void {
		const actors = this.actors.forget();
		if (actors.length > 0) this.#forgotten.actors = [...(this.#forgotten.actors ?? []), ...actors];
	}

	/** What has been forgotten since this was asked last; undefined for nothing. */
	takeForgotten(): Forget | undefined {
		const forgotten = this.#forgotten;
		if (Object.keys(forgotten).length === 0) return undefined;
		this.#forgotten = {};
		return { type: "forget", ...forgotten };
	}

	/** @param actorTexts of the actors, as messages */
	known(actorTexts: readonly string[]): string[] {
		return [...this.#drawings, ...actorTexts, ...this.#frames.texts(), ...this.#calls.texts(), ...this.#events.texts()];
	}
}

interface Kept<Key> {
	readonly key: Key;
	readonly text: string;
	/** Of things in the text. */
	readonly count: number;
}

/** Texts of which the oldest are dropped when there are too many. */
class KeptTexts<Key> {
	readonly #most: number;
	readonly #mostText: number;
	#kept: Kept<Key>[] = [];
	#count = 0;
	#length = 0;

	constructor(most: number, mostText: number) {
		this.#most = most;
		this.#mostText = mostText;
	}

	/** @returns what was dropped for it; never all */
	add(key: Key, text: string, count: number): readonly Kept<Key>[] {
		this.#kept.push({ key, text, count });
		this.#count += count;
		this.#length += text.length;
		if (this.#count <= this.#most && this.#length <= this.#mostText) return [];
		let first = 0;
		for (; first < this.#kept.length - 1; first++) {
			if (this.#count <= this.#most * left && this.#length <= this.#mostText * left) break;
			this.#count -= this.#kept[first]?.count ?? 0;
			this.#length -= this.#kept[first]?.text.length ?? 0;
		}
		const dropped = this.#kept.slice(0, first);
		this.#kept = this.#kept.slice(first);
		return dropped;
	}

	drop(keys: ReadonlySet<Key>): void {
		this.#kept = this.#kept.filter(({ key, count, text }) => {
			if (!keys.has(key)) return true;
			this.#count -= count;
			this.#length -= text.length;
			return false;
		});
	}

	texts(): string[] {
		return this.#kept.map(({ text }) => text);
	}
}

/** Actors, of which those that have ended are dropped when there are too many, and none that another is below of. */
class KeptActors {
	readonly #most: number;
	readonly #actors = new Map<string, InspectedActor>();
	/** How many of the kept are below it. */
	readonly #below = new Map<string, number>();

	constructor(most: number) {
		this.#most = most;
	}

	all(): InspectedActor[] {
		return [...this.#actors.values()];
	}

	set(actor: InspectedActor): void {
		const before = this.#actors.get(actor.id);
		this.#actors.set(actor.id, actor);
		if (before?.parent === actor.parent) return;
		if (before) this.#count(before.parent, -1);
		this.#count(actor.parent, 1);
	}

	/** @returns ids of those that were dropped */
	forget(): string[] {
		if (this.#actors.size <= this.#most) return [];
		const dropped: string[] = [];
		const dropAll = (isIt: (actor: InspectedActor) => boolean) => {
			for (const actor of this.#actors.values()) {
				if (this.#actors.size <= this.#most * left) return;
				if (actor.endedAt === undefined || actor.parent === null || this.#below.has(actor.id) || !isIt(actor)) continue;
				this.#actors.delete(actor.id);
				this.#count(actor.parent, -1);
				dropped.push(actor.id);
			}
		};
		// A call tells what its agent has done.
		dropAll(({ kind }) => kind !== "machine");
		dropAll(() => true);
		return dropped;
	}

	#count(parent: string | null, change: number): void {
		if (parent === null) return;
		const count = (this.#below.get(parent) ?? 0) + change;
		if (count > 0) this.#below.set(parent, count);
		else this.#below.delete(parent);
	}
}
