/** Pages that follow a session: each is told as much as it reads, and what waits for it is bounded. */
import type { Connection } from "./client-connection.ts";

export interface FollowerOptions {
	/** Everything that is known, from the first message on; with it a page begins anew. */
	known(): readonly string[];
	/** Characters that may wait, beside what was known when the page came. Default 16 million. */
	readonly mostWaiting?: number;
	/** Milliseconds. Default: the process's clock. */
	readonly now?: () => number;
}

/** Characters of messages that go into one list: a text costs a browser more than its size. */
const longestList = 1_000_000;
/** Milliseconds after which a page that has not read any more has stopped, for all that is known. */
const longestSilence = 2000;
/** Milliseconds after which it is looked again whether pages have read. */
const betweenLooks = 20;

export class Follower {
	readonly #connection: Connection;
	readonly #known: () => readonly string[];
	readonly #mostWaiting: number;
	#waiting: readonly string[] = [];
	/** Of those, how many have been sent. */
	#sent = 0;
	/** What came since, in its order. */
	#newer: string[] = [];
	#newerLength = 0;
	#isSending = false;
	readonly #now: () => number;
	#lastRead = 0;

	constructor(connection: Connection, options: FollowerOptions) {
		const { known, mostWaiting = 16_000_000, now = () => performance.now() } = options;
		this.#connection = connection;
		this.#known = known;
		this.#mostWaiting = mostWaiting;
		this.#now = now;
	}

	/** Whether it reads, and slower than there is news. One that does not read at all is not waited for. */
	get isBehind(): boolean {
		return this.#newerLength > this.#mostWaiting / 4 && this.#now() - this.#lastRead < longestSilence;
	}

	/** Tells everything from the first message on; what waited is told as a part of it. */
	begin(): void {
		this.#waiting = this.#known();
		this.#sent = 0;
		this.#newer = [];
		this.#newerLength = 0;
		this.#send();
	}

	tell(messages: readonly string[]): void {
		for (const message of messages) {
			this.#newer.push(message);
			this.#newerLength += message.length;
		}
		// Whoever reads so slowly has most of it forgotten when it is told.
		if (this.#newerLength > this.#mostWaiting) this.begin();
		else this.#send();
	}

	#send(): void {
		if (this.#isSending) return;
		if (this.#sent === this.#waiting.length) {
			this.#waiting = this.#newer;
			this.#sent = 0;
			this.#newer = [];
			this.#newerLength = 0;
		}
		if (this.#waiting.length === 0) return;
		let end = this.#sent + 1;
		let length = this.#waiting[this.#sent]?.length ?? 0;
		for (; end < this.#waiting.length; end++) {
			length += this.#waiting[end]?.length ?? 0;
			if (length > longestList) break;
		}
		const list = this.#waiting.slice(this.#sent, end);
		this.#sent = end;
		this.#isSending = true;
		this.#connection.send(list.length === 1 ? (list[0] ?? "") : `[${list.join(",")}]`, () => {
			this.#isSending = false;
			this.#lastRead = this.#now();
			this.#send();
		});
	}
}

/** The pages of a run. */
export class Followers {
	readonly #followers = new Set<Follower>();
	#waiting: Promise<void> | undefined;

	/** @returns removes it */
	add(follower: Follower): () => void {
		this.#followers.add(follower);
		return () => this.#followers.delete(follower);
	}

	/** Before the run does more. @returns undefined where no page is behind */
	readonly caughtUp = (): Promise<void> | undefined => {
		if (this.#waiting || !this.#isBehind()) return this.#waiting;
		this.#waiting = this.#untilCaughtUp();
		return this.#waiting;
	};

	async #untilCaughtUp(): Promise<void> {
		do await new Promise((resolve) => setTimeout(resolve, betweenLooks));
		while (this.#isBehind());
		this.#waiting = undefined;
	}

	#isBehind(): boolean {
		return [...this.#followers].some(({ isBehind }) => isBehind);
	}
}
