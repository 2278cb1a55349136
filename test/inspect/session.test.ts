import { describe, expect, it } from "vitest";
import type { InspectedActor, ServerMessage } from "../../src/inspect/protocol.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { InspectionSession } from "../../src/inspect/session.ts";

function actor(id: string, more: Partial<InspectedActor> = {}): InspectedActor {
	return { id, parent: null, name: id, kind: "machine", status: "active", startedAt: 0, ...more };
}

function frame(actorId: string, step: number) {
	return { at: step, actor: actorId, state: "s", step, context: {}, changed: [], cost: 0, agentCalls: 0 };
}

function sessionOf(options: Partial<ConstructorParameters<typeof InspectionSession>[0]> = {}) {
	return new InspectionSession({ redaction: createRedaction({ environment: {} }), ...options });
}

function listenTo(session: InspectionSession) {
	session.flush();
	const messages: ServerMessage[] = [];
	const totals: ServerMessage[] = [];
	const take = (texts: readonly string[]) => {
		for (const text of texts) {
			const message: ServerMessage = JSON.parse(text);
			(message.type === "totals" ? totals : messages).push(message);
		}
	};
	take(session.known());
	const stop = session.listen(take);
	return { messages, totals, stop };
}

describe("a session", () => {
	it("tells of an actor before its frames, and once for each batch", () => {
		const session = sessionOf();
		const { messages } = listenTo(session);
		for (let change = 0; change < 3; change++) session.actor("a", () => actor("a", { state: `s${change}` }));
		session.add(() => ({ type: "frame", frame: frame("a", 1) }));
		session.flush();
		expect(messages).toEqual([
			{ type: "actors", actors: [actor("a", { state: "s2" })] },
			{ type: "frame", ...frame("a", 1), seq: 0 },
		]);
	});

	it("tells in a later turn of the event loop, so that the run is not kept", async () => {
		const session = sessionOf();
		const { messages } = listenTo(session);
		const told = new Promise<void>((resolve) => {
			session.listen(() => resolve());
		});
		session.add(() => ({ type: "frame", frame: frame("a", 1) }));
		expect(messages).toEqual([]);
		await told;
		expect(messages).toHaveLength(1);
		session.close();
	});

	it("forgets the oldest frames when there are too many, numbers them on, and says so to those who listen", () => {
		const session = sessionOf({ mostKept: 10 });
		const early = listenTo(session);
		for (let step = 0; step < 100; step++) session.add(() => ({ type: "frame", frame: frame("a", step) }));
		const late = listenTo(session);
		const numbers = late.messages.flatMap((message) => (message.type === "frame" ? [message.seq] : []));
		expect(numbers.at(-1)).toBe(99);
		expect(numbers.length).toBeGreaterThan(8);
		expect(numbers.length).toBeLessThan(11);
		expect(numbers).toEqual(Array.from(numbers, (_, index) => 100 - numbers.length + index));
		const forgets = early.messages.filter(({ type }) => type === "forget");
		expect(forgets.at(-1)).toEqual({ type: "forget", framesBefore: numbers[0] });
	});

	it("forgets frames by their size, too, but never the latest", () => {
		const session = sessionOf({ mostText: 1000 });
		const large = { text: "x".repeat(700) };
		for (let step = 0; step < 5; step++)
			session.add(() => ({ type: "frame", frame: { ...frame("a", step), context: large } }));
		const { messages } = listenTo(session);
		expect(messages.map((message) => message.type === "frame" && message.step)).toEqual([4]);
	});

	it("forgets events by their number, however many came in one message", () => {
		const session = sessionOf({ mostKept: 1000 });
		const early = listenTo(session);
		const tell = (at: number) => session.add(() => ({ type: "event", event: { at, actor: "a", event: "e" } }));
		for (let at = 0; at < 2600; at++) tell(at);
		const late = listenTo(session);
		const kept = late.messages.flatMap((message) => (message.type === "events" ? message.events : []));
		const forgotten = early.messages.map((message) => (message.type === "forget" ? (message.events ?? 0) : 0));
		expect(kept.at(-1)?.at).toBe(2599);
		expect(kept.length + forgotten.reduce((sum, count) => sum + count, 0)).toBe(2600);
		expect(kept.length).toBeLessThanOrEqual(1000);
	});

	it("forgets agents that have ended, then machines from below, and never what runs or is the run's own", () => {
		const session = sessionOf({ mostActors: 5 });
		const { messages: early } = listenTo(session);
		session.actor("root", () => actor("root", { endedAt: 1 }));
		session.actor("parent", () => actor("parent", { parent: "root", endedAt: 1 }));
		session.actor("running", () => actor("running", { parent: "parent" }));
		session.actor("child", () => actor("child", { parent: "parent", endedAt: 1 }));
		session.actor("agent", () => actor("agent", { parent: "child", kind: "agent", endedAt: 1 }));
		for (const id of ["a", "b"]) session.actor(id, () => actor(id, { parent: "root", endedAt: 1 }));
		const { messages } = listenTo(session);
		const kept = messages.flatMap((message) => (message.type === "actors" ? message.actors.map(({ id }) => id) : []));
		expect(kept).toEqual(["root", "parent", "running", "b"]);
		expect(early.at(-1)).toEqual({ type: "forget", actors: ["agent", "child", "a"] });
	});

	it("keeps the start and the end of each call, and only so many", () => {
		const session = sessionOf({ mostKept: 4 });
		const early = listenTo(session);
		for (const id of ["a", "b", "c"]) {
			const call = { id, actor: "x", state: "s", agent: "w", at: 0 };
			session.add(() => ({ type: "call", call: { ...call, input: 1 } }));
			session.add(() => ({ type: "call", call: { ...call, endedAt: 1 } }));
		}
		const { messages } = listenTo(session);
		expect(
			messages.map((message) => message.type === "call" && [message.id, message.endedAt ?? message.input]),
		).toEqual([
			["b", 1],
			["b", 1],
			["c", 1],
			["c", 1],
		]);
		expect(early.messages.filter(({ type }) => type === "forget")).toEqual([{ type: "forget", calls: ["a"] }]);
	});

	it("counts steps, calls and cost of all, also of what it keeps no longer, and of stored calls, which are told once", () => {
		const session = sessionOf({ mostKept: 3, mostActors: 2 });
		const early = listenTo(session);
		for (let n = 0; n < 20; n++) {
			session.actor(`m${n}`, () => actor(`m${n}`, { parent: "root", endedAt: 1 }));
			for (const step of [1, 2, 2]) session.add(() => ({ type: "frame", frame: frame(`m${n}`, step) }));
			const call = { id: `c${n}`, actor: `m${n}`, state: "s", agent: "w", at: 0 };
			if (n % 2 === 0) session.add(() => ({ type: "call", call }));
			session.add(() => ({ type: "call", call: { ...call, endedAt: 1, cost: 0.25 } }));
			session.flush();
		}
		const totals = { type: "totals", steps: 40, calls: 20, cost: 5 };
		expect(early.totals.at(-1)).toEqual(totals);
		expect(listenTo(session).totals).toEqual([totals]);
	});

	it("makes a run that is faster than it wait, so that what is not yet told has a bound", () => {
		const session = sessionOf({ mostQueued: 10 });
		let made = 0;
		for (let step = 0; step < 1000; step++) {
			session.add(() => {
				made += 1;
				return { type: "frame", frame: frame("a", step) };
			});
			expect(step - made).toBeLessThanOrEqual(10);
		}
	});

	it("tells everything that is due before it says that the run has ended", () => {
		const session = sessionOf();
		const { messages } = listenTo(session);
		session.add(() => ({ type: "frame", frame: frame("a", 1) }));
		session.end({ type: "end", status: "done", output: 1 });
		expect(messages.map(({ type }) => type)).toEqual(["frame", "end"]);
		expect(listenTo(session).messages.map(({ type }) => type)).toEqual(["frame", "end"]);
	});

	it("tells nothing more to those who have gone", () => {
		const session = sessionOf();
		const { messages, stop } = listenTo(session);
		stop();
		session.end({ type: "end", status: "done" });
		expect(messages).toEqual([]);
	});
});
