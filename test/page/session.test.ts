/** The page puts the server's messages together, whatever order and size they come in. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { InspectedActor, InspectedFrame, ServerMessage } from "../../src/inspect/protocol.ts";
import { emptySession, receive, type Session } from "../../src/page/session.ts";
import { keptNotices } from "../../src/page/session-draft.ts";
import { withSharedParts } from "../../src/page/shared-parts.ts";

const hello: ServerMessage = { type: "hello", mode: "live", machine: "m", name: "m", executionId: "e" };

function actor(id: string, more: Partial<InspectedActor> = {}): InspectedActor {
	return { id, parent: null, name: id, kind: "machine", status: "active", startedAt: 0, ...more };
}

function frame(seq: number, more: Partial<InspectedFrame> = {}): ServerMessage {
	const state = `s${seq}`;
	return {
		type: "frame",
		seq,
		at: seq,
		actor: "a",
		state,
		step: seq,
		context: {},
		changed: [],
		cost: 0,
		agentCalls: 0,
		...more,
	};
}

function after(...messages: readonly ServerMessage[]): Session {
	return receive(emptySession, messages);
}

it("knows the root, the children in order, and what replaced what", () => {
	const session = after(
		hello,
		{ type: "actors", actors: [actor("agent", { kind: "agent" }), actor("root"), actor("b", { parent: "root" })] },
		{ type: "actors", actors: [actor("c", { parent: "root" }), actor("b", { parent: "root", status: "done" })] },
	);
	expect(session.root).toBe("root");
	expect(session.childrenOf.get("root")).toEqual(["b", "c"]);
	expect(session.actors.get("b")?.status).toBe("done");
});

it("moves an actor whose parent turns out to be another", () => {
	const session = after(
		{ type: "actors", actors: [actor("launched"), actor("other")] },
		{ type: "actors", actors: [actor("launched", { parent: "other" })] },
	);
	expect(session.childrenOf.get(null)).toEqual(["other"]);
	expect(session.childrenOf.get("other")).toEqual(["launched"]);
});

it("orders frames by their numbers, takes a repeated one once, and holds those of actors that it does not know yet", () => {
	const numbers = fc.shuffledSubarray(
		Array.from({ length: 12 }, (_, seq) => seq),
		{ minLength: 12 },
	);
	const repeated = fc.array(fc.nat(11), { maxLength: 5 });
	fc.assert(
		fc.property(numbers, repeated, fc.nat(12), (order, again, cut) => {
			const messages = [...order, ...again].map((seq) => frame(seq, { actor: seq % 3 === 0 ? "b" : "a" }));
			const whole = after(hello, ...messages);
			expect(whole.frames.map(({ seq }) => seq)).toEqual(order.toSorted((a, b) => a - b));
			expect(whole.framesOf.get("b")?.map(({ seq }) => seq)).toEqual([0, 3, 6, 9]);
			const inParts = receive(after(hello, ...messages.slice(0, cut)), messages.slice(cut));
			expect(inParts).toEqual(whole);
		}),
	);
});

it("gives the same session for one batch as for a batch for each message", () => {
	const message = fc.oneof(
		fc
			.record({
				id: fc.constantFrom("a", "b", "c"),
				parent: fc.constantFrom(null, "a"),
				status: fc.constantFrom("active", "done"),
			})
			.map(
				({ id, parent, status }): ServerMessage => ({
					type: "actors",
					actors: [actor(id, { parent, status: status === "done" ? "done" : "active" })],
				}),
			),
		fc.nat(20).map((seq) => frame(seq)),
		fc.record({ id: fc.constantFrom("x", "y"), hasEnded: fc.boolean() }).map(
			({ id, hasEnded }): ServerMessage => ({
				type: "call",
				id,
				actor: "a",
				state: "s",
				agent: "w",
				at: 1,
				...(hasEnded && { endedAt: 2 }),
			}),
		),
		fc.constant<ServerMessage>({ type: "events", events: [{ at: 1, actor: "a", event: "e" }] }),
		fc.boolean().map((isPaused): ServerMessage => ({ type: "paused", isPaused })),
		fc.constantFrom<ServerMessage>(
			{ type: "forget", framesBefore: 7, events: 1 },
			{ type: "forget", calls: ["x"], actors: ["b"] },
			{ type: "totals", steps: 3, calls: 2, cost: 0.5 },
		),
		fc
			.constantFrom("done", "waiting")
			.map((status): ServerMessage => ({ type: "end", status: status === "done" ? "done" : "waiting" })),
		fc.constant(hello),
	);
	fc.assert(
		fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
			const oneByOne = messages.reduce((session, each) => receive(session, [each]), emptySession);
			expect(oneByOne).toEqual(after(...messages));
		}),
	);
});

it("keeps the end of a call that comes before its start", () => {
	const call = { type: "call", id: "1", actor: "a", state: "s", agent: "writer", at: 10 } as const;
	const session = after({ ...call, endedAt: 30, answer: "text" }, { ...call, prompt: "Write" });
	expect(session.calls).toEqual([{ ...call, endedAt: 30, answer: "text" }]);
	const inOrder = after({ ...call, prompt: "Write" }, { ...call, endedAt: 30, answer: "text" });
	expect(inOrder.calls).toEqual([{ ...call, prompt: "Write", endedAt: 30, answer: "text" }]);
});

it("begins anew with each hello, since the server then tells everything again", () => {
	const before = after(hello, { type: "actors", actors: [actor("a")] }, frame(0), { type: "end", status: "done" });
	const session = receive(before, [frame(1), hello, frame(0)]);
	expect(session.frames.map(({ seq }) => seq)).toEqual([0]);
	expect(session.actors.size).toBe(0);
	expect(session.end).toBeNull();
});

it("goes on after a wait, but not after an end", () => {
	const waits = after(hello, { type: "actors", actors: [actor("a")] }, frame(0), { type: "end", status: "waiting" });
	expect(waits.end?.status).toBe("waiting");
	expect(receive(waits, [frame(1)]).end).toBeNull();
	expect(receive(waits, [{ type: "actors", actors: [actor("a")] }]).end).toBeNull();
	expect(receive(waits, [{ type: "actors", actors: [actor("a", { status: "waiting" })] }]).end?.status).toBe("waiting");
	const late = receive(after(hello, frame(5), { type: "end", status: "waiting" }), [frame(4)]);
	expect(late.end?.status).toBe("waiting");
	const done = after(hello, { type: "actors", actors: [actor("a")] }, { type: "end", status: "done" }, frame(1));
	expect(done.end?.status).toBe("done");
});

it("leaves untouched what a batch does not touch", () => {
	const before = after(hello, { type: "actors", actors: [actor("a")] }, frame(0), frame(1, { actor: "b" }));
	const session = receive(before, [frame(2)]);
	expect(session.actors).toBe(before.actors);
	expect(session.calls).toBe(before.calls);
	expect(session.events).toBe(before.events);
	expect(session.framesOf.get("b")).toBe(before.framesOf.get("b"));
	expect(before.frames).toHaveLength(2);
	expect(session.frames).toHaveLength(3);
});

it("forgets what the server has forgotten, and nothing else", () => {
	const call = (id: string): ServerMessage => ({ type: "call", id, actor: "a", state: "s", agent: "w", at: 1 });
	const events = Array.from({ length: 5 }, (_, at) => ({ at, actor: "a", event: "e" }));
	const before = after(
		hello,
		{ type: "actors", actors: [actor("root"), actor("a", { parent: "root" }), actor("b", { parent: "root" })] },
		frame(0, { actor: "b" }),
		frame(1),
		frame(2),
		...["x", "y", "z"].map(call),
		{ type: "events", events },
	);
	const session = receive(before, [{ type: "forget", framesBefore: 2, calls: ["x", "z"], events: 3, actors: ["b"] }]);
	expect(session.frames.map(({ seq }) => seq)).toEqual([2]);
	expect([...session.framesOf].map(([id, frames]) => [id, frames.length])).toEqual([["a", 1]]);
	expect(session.calls.map(({ id }) => id)).toEqual(["y"]);
	expect([...session.callPlaces]).toEqual([["y", 0]]);
	expect(session.events.map(({ number }) => number)).toEqual([3, 4]);
	expect(session.eventCount).toBe(5);
	expect([...session.actors.keys()]).toEqual(["root", "a"]);
	expect(session.childrenOf.get("root")).toEqual(["a"]);
	expect(receive(session, [call("y"), call("w")]).calls.map(({ id }) => id)).toEqual(["y", "w"]);
	expect(receive(session, [{ type: "forget", framesBefore: 2 }])).toEqual(session);
	expect(receive(session, [{ type: "forget", framesBefore: 9 }]).frames).toEqual([]);
});

it("keeps the latest notices only", () => {
	const notices = Array.from(
		{ length: keptNotices + 1 },
		(): ServerMessage => ({ type: "notice", level: "info", text: "" }),
	);
	expect(after(...notices).notices.map(({ number }) => number)).toEqual(
		Array.from({ length: keptNotices }, (_, n) => n + 1),
	);
});

it("keeps what is equal in the contexts of a machine once", () => {
	const context = () => ({ long: { text: ["x"], more: { n: 1 } }, count: 0, list: [{ a: 1 }, { b: 2 }] });
	const session = after(
		frame(0, { context: context() }),
		frame(1, { context: { ...context(), count: 1, list: [{ a: 1 }, { b: 3 }] } }),
		frame(2, { context: context(), actor: "other" }),
	);
	const [first, second, other] = session.frames.map(({ context }) => context);
	expect(second).toEqual({ ...context(), count: 1, list: [{ a: 1 }, { b: 3 }] });
	expect(second?.long).toBe(first?.long);
	expect(Reflect.get(Object(second?.list), "0")).toBe(Reflect.get(Object(first?.list), "0"));
	expect(other?.long).not.toBe(first?.long);
	expect(other).toEqual(first);
});

it("shares no part that has changed, whatever the contexts are", () => {
	const json = fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });
	fc.assert(
		fc.property(json, json, (one, other) => {
			const [older, newer] = [JSON.stringify(one), JSON.stringify(other)];
			const shared = withSharedParts(JSON.parse(newer), JSON.parse(older));
			expect(JSON.stringify(shared)).toBe(newer);
		}),
	);
});

it("takes 10,000 actors with their frames and calls", () => {
	const actors = Array.from({ length: 10_000 }, (_, n) => actor(`c${n}`, { parent: "root" }));
	const messages: ServerMessage[] = [hello, { type: "actors", actors: [actor("root")] }];
	for (let n = 0; n < 10_000; n += 500) messages.push({ type: "actors", actors: actors.slice(n, n + 500) });
	actors.forEach(({ id }, n) => {
		messages.push(frame(n * 2, { actor: id }), { type: "call", id, actor: id, state: "s", agent: "w", at: n });
	});
	let session = emptySession;
	for (let n = 0; n < messages.length; n += 1000) session = receive(session, messages.slice(n, n + 1000));
	expect(session.childrenOf.get("root")).toHaveLength(10_000);
	expect(session.frames).toHaveLength(10_000);
});
