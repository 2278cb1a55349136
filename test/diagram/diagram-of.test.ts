/** The model of a picture: what is a node, a group, an edge, and what stands on them. */
import { expect, it } from "vitest";
import { diagramOfData, edgeTexts, nodeNamed } from "./diagrams.ts";

const done = { type: "final" };

it("makes one node for each state, with what it does in lines", () => {
	const diagram = diagramOfData({
		name: "slogan",
		states: {
			write: {
				type: "initial",
				agent: "writer",
				execution: { type: "retry", backoffs: [1, 2, 3] },
				transitions: [{ to: "pick" }],
			},
			pick: {
				agent: "critic",
				execution: { type: "mdap_voting", k_margin: 2, max_candidates: 7 },
				transitions: [{ to: "sample" }],
			},
			sample: { agent: "critic", execution: { type: "parallel", n_samples: 5 }, transitions: [{ to: "ask" }] },
			ask: { wait_for: "approval/{{ context.text }}", timeout: 7200, transitions: [{ to: "act" }] },
			act: { action: "publish", hooks: "h", transitions: [{ to: "done" }] },
			done,
		},
	});
	expect(diagram.title).toBe("slogan");
	expect(diagram.nodes.map(({ id, kind, lines }) => [id, kind, lines])).toEqual([
		["write", "initial", ["agent writer", "retry ×3"]],
		["pick", "normal", ["agent critic", "vote until 2 agree, at most 7"]],
		["sample", "normal", ["agent critic", "5 samples"]],
		["ask", "normal", ["wait for approval/{{ context.text }}", "timeout 2 h"]],
		["act", "normal", ["action publish"]],
		["done", "final", []],
	]);
});

it("puts conditions on edges as they are written, and numbers them where their order counts", () => {
	const diagram = diagramOfData({
		states: {
			start: {
				type: "initial",
				transitions: [
					{ condition: "context.score >= 8", to: "done" },
					{ condition: "context.score >= 5", to: "polish" },
					{ to: "failed" },
				],
			},
			polish: { transitions: [{ condition: "context.text == ''", to: "failed" }, { to: "done" }] },
			done,
			failed: done,
		},
	});
	expect(edgeTexts(diagram)).toEqual([
		"start → done: 1. context.score >= 8",
		"start → polish: 2. context.score >= 5",
		"start → failed: 3. otherwise",
		"polish → failed: context.text == ''",
		"polish → done: otherwise",
	]);
});

it("joins transitions between the same two states, in order", () => {
	const diagram = diagramOfData({
		states: {
			start: {
				type: "initial",
				agent: "writer",
				transitions: [
					{ condition: "context.score == 1", to: "done" },
					{ condition: "context.score == 2", to: "start" },
					{ condition: "context.score == 3", to: "done" },
					{ to: "start" },
				],
				on_error: { TimeoutError: "failed", ValueError: "start", RateLimitError: "failed", default: "done" },
			},
			done,
			failed: done,
		},
	});
	expect(edgeTexts(diagram)).toEqual([
		"start → done: 1. context.score == 1\n3. context.score == 3",
		"start → start: 2. context.score == 2\n4. otherwise",
		"start → failed: TimeoutError, RateLimitError (error)",
		"start → start: ValueError (error)",
		"start → done: any other error (error)",
	]);
	expect(diagram.edges.map(({ transitions }) => transitions)).toEqual([
		["start#0", "start#2"],
		["start#1", "start#3"],
		["start!TimeoutError", "start!RateLimitError"],
		["start!ValueError"],
		["start!default"],
	]);
});

it("shows a condition that was switched off", () => {
	const diagram = diagramOfData({
		states: { start: { type: "initial", transitions: [{ condition: false, to: "done" }, { to: "done" }] }, done },
	});
	expect(edgeTexts(diagram)).toEqual(["start → done: false\notherwise"]);
});

const worker = {
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: { name: "worker", states: { start: { type: "initial", transitions: [{ to: "done" }] }, done } },
};

it("draws child machines as groups within their state", () => {
	const diagram = diagramOfData({
		machines: { worker, other: { ...worker, data: { ...worker.data, name: "Something else" } } },
		context: { items: ["a"] },
		states: {
			start: { type: "initial", machine: "worker", transitions: [{ to: "each" }] },
			each: {
				foreach: "context.items",
				as: "one",
				machine: "worker",
				max_concurrency: 4,
				transitions: [{ to: "both" }],
			},
			both: { machine: ["worker", "other"], mode: "any", transitions: [{ to: "done" }] },
			done,
		},
	});
	expect(nodeNamed(diagram, "each").lines).toEqual(["foreach one in context.items → worker", "4 at a time"]);
	expect(nodeNamed(diagram, "both").lines).toEqual(["machines worker, other", "first to end counts"]);
	expect(diagram.groups.map(({ id, label, owner, parent }) => [id, label, owner, parent])).toEqual([
		["start/worker", "worker", "start", undefined],
		["each/worker", "worker", "each", undefined],
		["both/worker", "worker", "both", undefined],
		["both/other", "other: Something else", "both", undefined],
	]);
	expect(diagram.nodes.filter(({ parent }) => parent === "both/other").map(({ id, state }) => [id, state])).toEqual([
		["both/other/start", "start"],
		["both/other/done", "done"],
	]);
	expect(edgeTexts(diagram)).toContain("both/other/start → both/other/done");
});

it("draws a launched machine once beside the states that launch it", () => {
	const diagram = diagramOfData({
		machines: { printer: worker },
		states: {
			start: { type: "initial", launch: "printer", transitions: [{ to: "again" }] },
			again: { launch: ["printer"], transitions: [{ to: "done" }] },
			done,
		},
	});
	expect(diagram.groups.map(({ isLaunched, owner }) => [isLaunched, owner])).toEqual([[true, "start"]]);
	const [group] = diagram.groups;
	expect(diagram.edges.filter(({ kind }) => kind === "launch").map(({ from, to }) => [from, to])).toEqual([
		["start", group?.id],
		["again", group?.id],
	]);
});

const selfCalling = {
	name: "self",
	machines: {
		inner: {
			...worker,
			data: {
				...worker.data,
				machines: { deeper: worker },
				states: {
					start: { type: "initial", machine: "deeper", transitions: [{ to: "done" }] },
					done,
				},
			},
		},
	},
	states: { start: { type: "initial", machine: "inner", transitions: [{ to: "done" }] }, done },
};

it("draws as many levels of children as it is told", () => {
	const ids = (depth: number | undefined) =>
		diagramOfData(selfCalling, depth === undefined ? {} : { depth }).groups.map(({ id }) => id);
	expect(ids(undefined)).toEqual(["start/inner", "start/inner/start/deeper"]);
	expect(ids(1)).toEqual(["start/inner"]);
	expect(ids(0)).toEqual([]);
	expect(nodeNamed(diagramOfData(selfCalling, { depth: 0 }), "start").lines).toEqual(["machine inner"]);
});

it("stops drawing children when the picture is full, the deepest first", () => {
	expect(diagramOfData(selfCalling, { maxStates: 4 }).groups.map(({ id }) => id)).toEqual(["start/inner"]);
});

it("cuts long texts, and keeps them as titles", () => {
	const name = "n".repeat(100);
	const condition = `context.text == '${"x".repeat(980)}'`;
	const diagram = diagramOfData({
		states: {
			[name]: { type: "initial", transitions: [{ condition, to: "done" }, { to: name }] },
			done,
		},
	});
	const [node] = diagram.nodes;
	expect(node?.state).toBe(name);
	expect(node?.label).toBe(`${"n".repeat(35)}…`);
	expect(node?.title).toBe(name);
	const [edge] = diagram.edges;
	expect(edge?.title).toBe(condition);
	expect(edge?.label.split("\n").length).toBe(4);
	expect(edge?.label.length).toBeLessThan(150);
	expect(edge?.label.endsWith("…")).toBe(true);
});

it("gives parts with strange names ids of their own", () => {
	const diagram = diagramOfData({
		machines: { "a/b": worker, "a~1b": worker },
		states: {
			"s/a": { type: "initial", machine: ["a/b"], transitions: [{ to: "s~1a" }], on_error: { "x/y": "s~1a" } },
			"s~1a": { machine: ["a~1b"], launch: "a/b", transitions: [{ to: "done" }] },
			done,
		},
	});
	const ids = [...diagram.nodes, ...diagram.groups].map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	const edgeIds = diagram.edges.map(({ id }) => id);
	expect(new Set(edgeIds).size).toBe(edgeIds.length);
});

it("puts what stands for a plan's id on every part", () => {
	const diagram = diagramOfData(
		{
			machines: { worker },
			states: { start: { type: "initial", machine: "worker", transitions: [{ to: "done" }] }, done },
		},
		{ machineId: (id) => `<${id.includes("#") ? "child" : "own"}>` },
	);
	expect(diagram.machine).toBe("<own>");
	expect(new Set(diagram.nodes.map(({ machine }) => machine))).toEqual(new Set(["<own>", "<child>"]));
	expect(diagram.groups.map(({ machine }) => machine)).toEqual(["<child>"]);
});
