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
	const messages: ServerMessage[] = [];
	const stop = session.listen((text) => {
		const value: unknown = JSON.parse(text);
		messages.push(...(Array.isArray(value) ? value : [value]));
	});
	return { messages, stop };
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
		const told = new Promise<void>((resolve) => session.listen(() => resolve()));
		session.add(() => ({ type: "frame", frame: frame("a", 1) }));
		expect(messages).toEqual([]);
		await told;
		expect(messages).toHaveLength(1);
		session.close();
	});

	it("forgets the oldest frames when there are too many, and numbers them on", () => {
		const session = sessionOf({ mostKept: 10 });
		for (let step = 0; step < 100; step++) session.add(() => ({ type: "frame", frame: frame("a", step) }));
		const { messages } = listenTo(session);
		expect(messages.map((message) => message.type === "frame" && message.seq)).toEqual([
			90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
		]);
	});

	it("forgets frames by their size, too, but never the latest", () => {
		const session = sessionOf({ mostText: 1000 });
		const large = { text: "x".repeat(700) };
		for (let step = 0; step < 5; step++)
			session.add(() => ({ type: "frame", frame: { ...frame("a", step), context: large } }));
		const { messages } = listenTo(session);
		expect(messages.map((message) => message.type === "frame" && message.step)).toEqual([4]);
	});

	it("forgets actors that have ended, first those that came first, and none that is the run's own", () => {
		const session = sessionOf({ mostActors: 3 });
		session.actor("root", () => actor("root", { endedAt: 1 }));
		session.actor("running", () => actor("running", { parent: "root" }));
		for (const id of ["a", "b", "c"]) session.actor(id, () => actor(id, { parent: "root", endedAt: 1 }));
		const { messages } = listenTo(session);
		expect(
			messages.flatMap((message) => (message.type === "actors" ? message.actors.map(({ id }) => id) : [])),
		).toEqual(["root", "running", "c"]);
	});

	it("keeps the latest of each call, and only so many", () => {
		const session = sessionOf({ mostKept: 2 });
		for (const id of ["a", "b", "c"]) {
			const call = { id, actor: "x", state: "s", agent: "w", at: 0 };
			session.add(() => ({ type: "call", call }));
			session.add(() => ({ type: "call", call: { ...call, endedAt: 1 } }));
		}
		const { messages } = listenTo(session);
		expect(messages.map((message) => message.type === "call" && [message.id, message.endedAt])).toEqual([
			["b", 1],
			["c", 1],
		]);
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
