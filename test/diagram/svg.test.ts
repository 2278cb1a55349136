/** The SVG: what it says, that nothing breaks out of it, and that it is the same each time. */
import { Resvg } from "@resvg/resvg-js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagram } from "../../src/diagram/diagram.ts";
import { layOut } from "../../src/diagram/lay-out.ts";
import { toSvg } from "../../src/diagram/svg.ts";
import { escapeXml } from "../../src/diagram/xml.ts";
import { diagramOfData, diagramOfDocument, documentWith } from "./diagrams.ts";

const done = { type: "final" };

async function svgOf(diagram: Diagram): Promise<string> {
	return toSvg(await layOut(diagram));
}

/** Throws where the text is no XML. */
function parse(svg: string): void {
	new Resvg(svg, { font: { loadSystemFonts: false } });
}

function twoStates(name: string, condition: string): Record<string, unknown> {
	const states = [
		["start", { type: "initial", agent: "writer", transitions: [{ condition, to: name }, { to: "start" }] }],
		[name, done],
	];
	return documentWith({ name, states: Object.fromEntries(states) });
}

const elements = /<\/?([\w-]+)/g;
const drawn = ["svg", "title", "style", "rect", "text", "g", "path", "circle"];

function elementsOf(svg: string): Set<string> {
	return new Set([...svg.matchAll(elements)].map(([, name = ""]) => name));
}

describe("toSvg", () => {
	it("names states, machines and edges for scripts of a page", async () => {
		const diagram = diagramOfData(
			{
				states: { start: { type: "initial", agent: "writer", transitions: [{ to: "done" }], on_error: "done" }, done },
			},
			{ machineId: () => "machine.yml" },
		);
		const svg = await svgOf(diagram);
		expect(svg).toContain('<g class="node initial" data-state="start" data-machine="machine.yml">');
		expect(svg).toContain('<g class="node final" data-state="done" data-machine="machine.yml">');
		for (const { id, kind } of diagram.edges) expect(svg).toContain(`<g class="edge ${kind}" data-edge="${id}">`);
		expect(svg).toContain(">agent writer</text>");
	});

	it("needs nothing from elsewhere and runs nothing", async () => {
		const svg = await svgOf(diagramOfDocument(twoStates("done", "context.score > 1")));
		expect(elementsOf(svg)).toEqual(new Set(drawn));
		expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|@import|href|\son\w+=/);
	});

	it.each([
		["a script", "<script>alert(1)</script>"],
		["the end of an attribute", '" onload="alert(1)'],
		["the end of the style", "</style></svg><svg onload='x'>"],
		["an entity", "&lt;&#0;&amp;"],
		["a comment and CDATA", "<!-- ]]> <![CDATA[ -->"],
		["line ends", "one\ntwo\r\nthree\tfour"],
		["control characters", "a\u0001b\u007fc\u009b31m"],
		["what turns the direction of writing", "a\u202eb\u2066c"],
		["half of a pair", "a\ud800b"],
		["a thousand characters", "long ".repeat(200)],
	])("escapes %s in names and conditions", async (_, text) => {
		const quoted = text.replace(/["'\\\r\n\t]/g, "").replace(/\p{Cc}|\p{Surrogate}/gu, "");
		const svg = await svgOf(diagramOfDocument(twoStates(text, `context.text == '${quoted}'`)));
		parse(svg);
		expect([...elementsOf(svg)].filter((name) => !drawn.includes(name))).toEqual([]);
		expect(svg.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/);
		expect(svg).not.toMatch(/[\u202e\u2066\u009b]/);
	});

	it("is XML whatever a machine, a state, an error and a condition are called", async () => {
		const name = fc.string({ unit: "binary", minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== "");
		await fc.assert(
			fc.asyncProperty(name, name, name, async (one, two, three) => {
				const diagram: Diagram = {
					title: one,
					machine: two,
					nodes: [{ id: one, state: one, machine: two, kind: "initial", label: one, lines: [two], title: three }],
					groups: [],
					edges: [{ id: two, from: one, to: one, kind: "error", label: two, title: three }],
				};
				parse(await svgOf(diagram));
			}),
			{ numRuns: 40 },
		);
	});

	it("escapes each character that means something, once", () => {
		expect(escapeXml(`<a b="c" d='e'>&\u0000`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\ufffd");
	});

	it("has light and dark colours, or one of them", async () => {
		const placed = await layOut(diagramOfDocument(twoStates("done", "context.score > 1")));
		expect(toSvg(placed)).toContain("@media (prefers-color-scheme:dark)");
		expect(toSvg(placed, { theme: "light" })).not.toContain("@media");
		expect(toSvg(placed, { theme: "dark" })).not.toContain("#ffffff");
	});

	it("marks coverage by colour and by a sign, with a legend", async () => {
		const plain = diagramOfDocument(twoStates("done", "context.score > 1"));
		const [first, second] = plain.edges;
		if (!first || !second) throw new Error("Two edges were expected.");
		const marked: Diagram = {
			...plain,
			nodes: plain.nodes.map((node) => ({ ...node, coverage: "covered" })),
			edges: [
				{ ...first, coverage: "dead" },
				{ ...second, coverage: "unsolved" },
			],
		};
		const svg = await svgOf(marked);
		expect(svg.match(/<g class="mark covered"/g)).toHaveLength(3);
		expect(svg.match(/<g class="mark dead"/g)).toHaveLength(2);
		expect(svg.match(/<g class="mark unsolved"/g)).toHaveLength(2);
		expect(svg).toContain(">covered: 2 states</text>");
		expect(svg).toContain(">never taken: 1 transition</text>");
		expect(svg).toContain(">not solved: 1 transition</text>");
		expect(await svgOf(plain)).not.toContain('class="legend"');
	});

	it("is the same each time", async () => {
		const diagram = diagramOfDocument(twoStates("done", "context.score > 1"));
		expect(await svgOf(diagram)).toBe(await svgOf(structuredClone(diagram)));
	});
});
