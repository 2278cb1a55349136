/** Mermaid and DOT: the texts for small machines, and names that mean something in these languages. */
import { describe, expect, it } from "vitest";
import { toDot } from "../../src/diagram/dot.ts";
import { toMermaid } from "../../src/diagram/mermaid.ts";
import { diagramOfData } from "./diagrams.ts";

const done = { type: "final" };
const worker = {
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: { name: "worker", states: { start: { type: "initial", transitions: [{ to: "done" }] }, done } },
};

const everything = diagramOfData({
	name: "all",
	machines: { worker, printer: worker },
	states: {
		start: {
			type: "initial",
			agent: "writer",
			transitions: [{ condition: "context.text == 'a: \"b\"'", to: "call" }, { to: "done" }],
			on_error: { TimeoutError: "done" },
		},
		call: { machine: "worker", launch: "printer", transitions: [{ to: "done" }] },
		done,
	},
});

describe("toMermaid", () => {
	it("writes a state diagram with composite states", () => {
		expect(toMermaid(everything)).toBe(`---
title: "all"
---
stateDiagram-v2
	state "start" as s0
	s0 : agent writer
	state "call<br/>machine worker<br/>launch printer" as s1 {
		state "worker" as m0 {
			state "start" as s3
			state "done" as s4
			[*] --> s3
			s3 --> s4
			s4 --> [*]
		}
	}
	state "done" as s2
	state "printer#58; worker" as m1 {
		state "start" as s5
		state "done" as s6
		[*] --> s5
		s5 --> s6
		s6 --> [*]
	}
	[*] --> s0
	s0 --> s1 : context.text == 'a#58; #34;b#34;'
	s0 --> s2 : otherwise
	s0 --> s2 : on TimeoutError
	s1 --> s2
	s1 --> m1 : launch
	s2 --> [*]
`);
	});

	it.each([
		["[*] --> a : b; c", "#91;#42;#93; --#62; a #58; b#59; c"],
		['</text><script>"x"', "#60;/text#62;#60;script#62;#34;x#34;"],
		["%%{init}%% #35; `x`", "#37;#37;#123;init#125;#37;#37; #35;35#59; #96;x#96;"],
		["style a:#f00;", "#115;tyle a#58;#35;f00#59;"],
		["日本語 🎉", "日本語 #127881;"],
	])("takes %s as a name", (name, written) => {
		const text = toMermaid(
			diagramOfData({ states: { [`x ${name}`]: { type: "initial", transitions: [{ to: "done" }] }, done } }),
		);
		expect(text).toContain(`state "x ${written}" as s0\n`);
	});
});

describe("toDot", () => {
	it("writes a graph with clusters", () => {
		expect(toDot(everything)).toBe(`digraph "all" {
	graph [label="all" labelloc="t" fontname="Arial" compound="true"]
	node [shape="box" style="rounded" fontname="Arial" fontsize="12"]
	edge [fontname="Arial" fontsize="10"]
	"start of start" [shape="point" width="0.12" label=""]
	"start of start" -> "start"
	"start" [label="start\\nagent writer" penwidth="2"]
	subgraph "cluster state call" {
		label="" style="rounded,filled" fillcolor="#f6f8fa" color="#6e7781"
		"call" [label="call\\nmachine worker\\nlaunch printer"]
		subgraph "cluster call/worker" {
			label="worker" style="rounded,filled" fillcolor="white" color="#6e7781"
			"start of call/worker/start" [shape="point" width="0.12" label=""]
			"start of call/worker/start" -> "call/worker/start"
			"call/worker/start" [label="start" penwidth="2"]
			"call/worker/done" [label="done" peripheries="2"]
		}
	}
	subgraph "cluster call/~launch:printer" {
		label="printer: worker" style="rounded,filled" fillcolor="white" color="#6e7781"
		"start of call/~launch:printer/start" [shape="point" width="0.12" label=""]
		"start of call/~launch:printer/start" -> "call/~launch:printer/start"
		"call/~launch:printer/start" [label="start" penwidth="2"]
		"call/~launch:printer/done" [label="done" peripheries="2"]
	}
	"done" [label="done" peripheries="2"]
	"start" -> "call" [label="context.text == 'a: \\"b\\"'\\l"]
	"start" -> "done" [label="otherwise\\l"]
	"start" -> "done" [label="TimeoutError\\l" style="dashed" color="#b4382a" fontcolor="#b4382a"]
	"call" -> "done" []
	"call" -> "call/~launch:printer/start" [tooltip="launches printer" style="dotted" lhead="cluster call/~launch:printer"]
	"call/worker/start" -> "call/worker/done" []
	"call/~launch:printer/start" -> "call/~launch:printer/done" []
}
`);
	});

	it("escapes quotes, backslashes and entities", () => {
		const [node] = everything.nodes;
		if (!node) throw new Error("A node was expected.");
		const id = 'a"b\\';
		const text = toDot({ ...everything, nodes: [{ ...node, id, label: 'a"b\\N &amp;\n' }], groups: [], edges: [] });
		expect(text).toContain(String.raw`"a\"b\\" [label="a\"b\\N &amp;amp;\n\nagent writer" penwidth="2"]`);
	});
});
