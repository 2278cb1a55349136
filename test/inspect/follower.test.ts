import { describe, expect, it } from "vitest";
import { Follower, Followers } from "../../src/inspect/follower.ts";

/** A connection that takes one text at a time, when it is told to read. */
function slowReader() {
	const texts: string[] = [];
	let sent: (() => void) | undefined;
	return {
		texts,
		connection: {
			send(text: string, then?: () => void) {
				expect(sent).toBeUndefined();
				texts.push(text);
				sent = then;
			},
		},
		read() {
			const then = sent;
			sent = undefined;
			then?.();
		},
		messages: () => texts.flatMap((text): unknown[] => [JSON.parse(text)].flat()),
	};
}

const messagesOf = (...numbers: readonly number[]) => numbers.map((number) => JSON.stringify({ number }));

describe("a page that follows a session", () => {
	it("is told what is known first, then what is new, in its order and as it reads", () => {
		const reader = slowReader();
		const follower = new Follower(reader.connection, { known: () => messagesOf(1, 2) });
		follower.begin();
		follower.tell(messagesOf(3));
		follower.tell(messagesOf(4, 5));
		expect(reader.messages()).toEqual([{ number: 1 }, { number: 2 }]);
		reader.read();
		reader.read();
		expect(reader.messages()).toEqual([1, 2, 3, 4, 5].map((number) => ({ number })));
		expect(reader.texts).toHaveLength(2);
		follower.tell(messagesOf(6));
		expect(reader.messages().at(-1)).toEqual({ number: 6 });
	});

	it("is told long histories in parts", () => {
		const reader = slowReader();
		const long = Array.from({ length: 30 }, (_, number) => JSON.stringify({ number, text: "x".repeat(100_000) }));
		const follower = new Follower(reader.connection, { known: () => long });
		follower.begin();
		for (let count = 0; count < 10; count++) reader.read();
		expect(reader.messages().length).toBe(30);
		expect(reader.texts.length).toBeGreaterThan(2);
		for (const text of reader.texts) expect(text.length).toBeLessThan(1_100_000);
	});

	it("begins anew where it reads so slowly that too much would wait", () => {
		const reader = slowReader();
		let known = messagesOf(0);
		const follower = new Follower(reader.connection, { known: () => known, mostWaiting: 100 });
		follower.begin();
		for (let number = 1; number < 1000; number++) {
			known = messagesOf(0, number);
			follower.tell(messagesOf(number));
		}
		reader.read();
		reader.read();
		const [first, ...others] = reader.texts.map((text): unknown => JSON.parse(text));
		expect(first).toEqual({ number: 0 });
		const told = others.flat();
		expect(told[0]).toEqual({ number: 0 });
		expect(told.at(-1)).toEqual({ number: 999 });
		expect(told.length).toBeLessThan(20);
	});
});

describe("a run whose pages", () => {
	/** A page that has read something a second ago, and for which more waits than it has read. */
	function behind() {
		const reader = slowReader();
		let time = 10_000;
		const follower = new Follower(reader.connection, { known: () => messagesOf(1), mostWaiting: 40, now: () => time });
		const followers = new Followers();
		const leave = followers.add(follower);
		follower.begin();
		reader.read();
		follower.tell(messagesOf(2));
		follower.tell(messagesOf(3, 4));
		return {
			reader,
			followers,
			leave,
			wait: (milliseconds: number) => {
				time += milliseconds;
			},
		};
	}

	it("read more slowly than it goes on waits for them", async () => {
		const { reader, followers, wait } = behind();
		wait(1000);
		const waiting = followers.caughtUp();
		expect(waiting).toBeInstanceOf(Promise);
		reader.read();
		await waiting;
		expect(followers.caughtUp()).toBeUndefined();
		expect(reader.messages()).toHaveLength(4);
	});

	it("do not read at all, or have gone, waits for none", async () => {
		const silent = behind();
		const waiting = silent.followers.caughtUp();
		silent.wait(3000);
		await waiting;
		expect(silent.followers.caughtUp()).toBeUndefined();
		const gone = behind();
		gone.leave();
		expect(gone.followers.caughtUp()).toBeUndefined();
	});
});
