/** The page puts the server's messages together, whatever order and size they come in. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { InspectedActor, InspectedFrame, ServerMessage } from "../../src/inspect/protocol.ts";
import { emptySession, receive, type Session } from "../../src/page/session.ts";
import { keptEvents, keptFrames, keptNotices } from "../../src/page/session-draft.ts";

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

it("keeps the latest events, notices and frames only", () => {
	const events = Array.from({ length: keptEvents + 10 }, (_, at) => ({ at, actor: "a", event: "e" }));
	const session = after({ type: "events", events });
	expect(session.events).toHaveLength(keptEvents);
	expect(session.events[0]?.number).toBe(10);
	expect(session.eventCount).toBe(keptEvents + 10);

	const notices = Array.from(
		{ length: keptNotices + 1 },
		(): ServerMessage => ({ type: "notice", level: "info", text: "" }),
	);
	expect(after(...notices).notices.map(({ number }) => number)).toEqual(
		Array.from({ length: keptNotices }, (_, n) => n + 1),
	);

	const frames = Array.from({ length: keptFrames + 2 }, (_, seq) => frame(seq, { actor: seq === 0 ? "b" : "a" }));
	const long = after(...frames);
	expect(long.frames[0]?.seq).toBe(2);
	expect(long.framesOf.get("a")?.[0]?.seq).toBe(2);
	expect(long.framesOf.get("b")).toEqual([]);
});

it("takes 10,000 actors with their frames and calls in well under a second", () => {
	const actors = Array.from({ length: 10_000 }, (_, n) => actor(`c${n}`, { parent: "root" }));
	const messages: ServerMessage[] = [hello, { type: "actors", actors: [actor("root")] }];
	for (let n = 0; n < 10_000; n += 500) messages.push({ type: "actors", actors: actors.slice(n, n + 500) });
	actors.forEach(({ id }, n) => {
		messages.push(frame(n * 2, { actor: id }), { type: "call", id, actor: id, state: "s", agent: "w", at: n });
	});
	const start = performance.now();
	let session = emptySession;
	for (let n = 0; n < messages.length; n += 1000) session = receive(session, messages.slice(n, n + 1000));
	const took = performance.now() - start;
	expect(session.childrenOf.get("root")).toHaveLength(10_000);
	expect(session.frames).toHaveLength(10_000);
	expect(took).toBeLessThan(2000);
});
