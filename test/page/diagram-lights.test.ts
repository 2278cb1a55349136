/** Which parts of a diagram are lit: loops, machines drawn within states, launches. */
import { expect, it } from "vitest";
import type { DiagramEdge, DiagramGroup, DiagramNode, LaidOutDiagram } from "../../src/diagram/diagram.ts";
import type { InspectedActor, ServerMessage } from "../../src/inspect/protocol.ts";
import { lightsAt } from "../../src/page/diagram-lights.ts";
import { emptySession, receive } from "../../src/page/session.ts";

function node(id: string, more: Partial<DiagramNode> = {}): DiagramNode {
	return { id, state: id.split("/").at(-1) ?? id, machine: "m", kind: "normal", label: id, lines: [], ...more };
}

function edge(from: string, to: string, kind: DiagramEdge["kind"] = "transition", number = 1): DiagramEdge {
	return { id: `${from}>${to}#${number}`, from, to, kind, label: "", title: "" };
}

function diagram(nodes: DiagramNode[], edges: DiagramEdge[], groups: DiagramGroup[] = []): LaidOutDiagram {
	return { title: "m", machine: "m", nodes, edges, groups, width: 0, height: 0, boxes: {}, routes: {} };
}

function actor(id: string, more: Partial<InspectedActor> = {}): InspectedActor {
	return { id, parent: null, name: id, kind: "machine", machine: "m", status: "active", startedAt: 0, ...more };
}

/** @param moves of actors, one behind the other; each makes a step */
function lights(drawn: LaidOutDiagram, actors: InspectedActor[], moves: (readonly [id: string, state: string])[]) {
	const steps = new Map<string, number>();
	const frames = moves.map(([id, state], seq): ServerMessage => {
		steps.set(id, (steps.get(id) ?? 0) + 1);
		const step = steps.get(id) ?? 0;
		return {
			type: "frame",
			seq,
			at: seq * 10,
			actor: id,
			state,
			step,
			context: {},
			changed: [],
			cost: 0,
			agentCalls: 0,
		};
	});
	const session = receive(emptySession, [{ type: "actors", actors }, ...frames]);
	const root = session.actors.get("root");
	if (root === undefined) throw new Error("there is no root");
	const found = lightsAt(session, drawn, root, null);
	return {
		standing: Object.fromEntries(found.standing),
		visits: Object.fromEntries(found.visits),
		taken: [...found.taken].sort(),
		last: [...found.last].sort(),
	};
}

it("counts each round of a state that leads to itself", () => {
	const drawn = diagram([node("a"), node("b")], [edge("a", "a"), edge("a", "b")]);
	expect(
		lights(
			drawn,
			[actor("root")],
			[
				["root", "a"],
				["root", "a"],
				["root", "a"],
			],
		),
	).toEqual({ standing: { a: 1 }, visits: { a: 3 }, taken: ["a>a#1"], last: ["a>a#1"] });
});

it("lights all arrows between two states, since it is not known which was taken", () => {
	const drawn = diagram([node("a"), node("b")], [edge("a", "b"), edge("a", "b", "error", 2)]);
	const { last } = lights(
		drawn,
		[actor("root")],
		[
			["root", "a"],
			["root", "b"],
		],
	);
	expect(last).toEqual(["a>b#1", "a>b#2"]);
});

it("lights nothing for a frame that enters no state anew, or a state that is not drawn", () => {
	const drawn = diagram([node("a"), node("b")], [edge("a", "b")]);
	const step = { type: "frame", at: 0, actor: "root", context: {}, changed: [], cost: 0, agentCalls: 0 } as const;
	const session = receive(emptySession, [
		{ type: "actors", actors: [actor("root")] },
		{ ...step, seq: 0, state: "a", step: 1 },
		{ ...step, seq: 1, state: "a", step: 1 },
		{ ...step, seq: 2, state: "gone", step: 2 },
	]);
	const found = lightsAt(session, drawn, actor("root"), null);
	expect(Object.fromEntries(found.visits)).toEqual({ a: 1 });
	expect([...found.standing]).toEqual([]);
});

const child = { machine: "child", parent: "root" } as const;

it("lights a machine that two states call in the state that called it", () => {
	const drawn = diagram(
		[
			node("a"),
			node("b"),
			node("a/child/x", { machine: "child", parent: "a/child" }),
			node("b/child/x", { machine: "child", parent: "b/child" }),
		],
		[edge("a", "b")],
		[
			{ id: "a/child", label: "child", owner: "a", machine: "child" },
			{ id: "b/child", label: "child", owner: "b", machine: "child" },
		],
	);
	const actors = [
		actor("root", { state: "b" }),
		actor("first", { ...child, state: "x", startedAt: 5, endedAt: 15, status: "done" }),
		actor("second", { ...child, state: "x", startedAt: 25 }),
	];
	expect(
		lights(drawn, actors, [
			["root", "a"],
			["first", "x"],
			["root", "b"],
			["second", "x"],
		]),
	).toMatchObject({
		standing: { b: 1, "b/child/x": 1 },
		visits: { a: 1, b: 1, "a/child/x": 1, "b/child/x": 1 },
	});
});

it("lights a launch once the launched machine has been somewhere", () => {
	const drawn = diagram(
		[node("a"), node("a/~launch:child/x", { machine: "child", parent: "a/~launch:child" })],
		[edge("a", "a/~launch:child", "launch")],
		[{ id: "a/~launch:child", label: "child", owner: "a", machine: "child", isLaunched: true }],
	);
	const actors = [actor("root"), actor("launched", { ...child, startedAt: 5 })];
	expect(lights(drawn, actors, [["root", "a"]]).taken).toEqual([]);
	expect(
		lights(drawn, actors, [
			["root", "a"],
			["launched", "x"],
		]).taken,
	).toEqual(["a>a/~launch:child#1"]);
});

it("ends at machines that are each other's parents", () => {
	const drawn = diagram([node("a"), node("g/x", { machine: "child", parent: "g" })], []);
	const actors = [actor("root", { parent: "c", state: "a" }), actor("c", { ...child, state: "x" })];
	expect(lights(drawn, actors, []).standing).toEqual({ a: 1, "g/x": 1 });
});
