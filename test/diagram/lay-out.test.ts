/** Laws of the layout: what a person would see at once if it were wrong. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box, Diagram, LaidOutDiagram, Point } from "../../src/diagram/diagram.ts";
import { DiagramError } from "../../src/diagram/errors.ts";
import { layOut } from "../../src/diagram/lay-out.ts";
import { documentOf, randomMachine } from "../laws/random-machine.ts";
import { stagedData } from "./big-machine.ts";
import { diagramOfData, diagramOfDocument } from "./diagrams.ts";

const done = { type: "final" };

/** Places are rounded to tenths of a pixel. */
const tolerance = 0.2;

function contains(outer: Box, inner: Box): boolean {
	return (
		inner.x >= outer.x - tolerance &&
		inner.y >= outer.y - tolerance &&
		inner.x + inner.width <= outer.x + outer.width + tolerance &&
		inner.y + inner.height <= outer.y + outer.height + tolerance
	);
}

function overlap(one: Box, other: Box): boolean {
	return (
		one.x + one.width > other.x + tolerance &&
		other.x + other.width > one.x + tolerance &&
		one.y + one.height > other.y + tolerance &&
		other.y + other.height > one.y + tolerance
	);
}

function isOnBorder({ x, y }: Point, box: Box): boolean {
	const grown = { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 };
	const shrunk = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
	const at = { x, y, width: 0, height: 0 };
	return contains(grown, at) && !overlap(shrunk, { ...at, width: 0.5, height: 0.5 });
}

function boxOf(diagram: LaidOutDiagram, id: string): Box {
	const box = diagram.boxes[id];
	if (!box) throw new Error(`No box for ${id}`);
	return box;
}

function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
	return items.flatMap((one, index) => items.slice(index + 1).map((other) => [one, other] as const));
}

function expectLaws(diagram: LaidOutDiagram): void {
	const { nodes, groups, edges, routes, width, height } = diagram;
	const picture = { x: 0, y: 0, width, height };
	const parts = [
		...nodes.map(({ id, parent }) => ({ id, within: parent })),
		...groups.map(({ id, owner, parent, isLaunched }) => ({ id, within: isLaunched ? parent : owner })),
	];
	for (const { id, within } of parts) {
		expect(contains(within === undefined ? picture : boxOf(diagram, within), boxOf(diagram, id)), id).toBe(true);
	}
	for (const siblings of groupBy(parts).values()) {
		for (const [one, other] of pairs(siblings)) {
			expect(overlap(boxOf(diagram, one), boxOf(diagram, other)), `${one} over ${other}`).toBe(false);
		}
	}
	for (const { id, from, to, label } of edges) {
		const route = routes[id];
		const [first, last] = [route?.points.at(0), route?.points.at(-1)];
		if (!route || !first || !last) throw new Error(`No route for ${id}`);
		expect(isOnBorder(first, boxOf(diagram, from)), `${id} begins at its node`).toBe(true);
		expect(isOnBorder(last, boxOf(diagram, to)), `${id} ends at its node`).toBe(true);
		for (const { x, y } of route.points) expect(contains(picture, { x, y, width: 0, height: 0 }), id).toBe(true);
		expect(route.label !== undefined, `${id} has room for its label`).toBe(label !== "");
	}
	const labels = edges.flatMap(({ id }) => routes[id]?.label ?? []);
	for (const label of labels) {
		expect(contains(picture, label)).toBe(true);
		for (const { id } of nodes.filter((node) => !groups.some(({ owner }) => owner === node.id))) {
			expect(overlap(label, boxOf(diagram, id)), `a label over ${id}`).toBe(false);
		}
	}
	for (const [one, other] of pairs(labels)) expect(overlap(one, other), "two labels").toBe(false);
	expect(diagram.starts?.map(({ node }) => node)).toEqual(
		expect.arrayContaining(nodes.filter(({ kind }) => kind === "initial").map(({ id }) => id)),
	);
}

function groupBy(
	parts: readonly { readonly id: string; readonly within: string | undefined }[],
): Map<string, string[]> {
	const lists = new Map<string, string[]>();
	for (const { id, within = "" } of parts) lists.set(within, [...(lists.get(within) ?? []), id]);
	return lists;
}

const worker = (extra: Readonly<Record<string, unknown>> = {}) => ({
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: {
		...extra,
		states: {
			start: { type: "initial", transitions: [{ condition: "1 == 1", to: "start" }, { to: "done" }], on_error: "done" },
			done,
		},
	},
});

describe("the layout", () => {
	it("puts every part in its place, for random machines", async () => {
		await fc.assert(
			fc.asyncProperty(randomMachine, fc.constantFrom("down", "right", undefined), async (random, direction) => {
				const diagram = diagramOfDocument(documentOf(random));
				expectLaws(await layOut(diagram, direction === undefined ? {} : { direction }));
			}),
			{ numRuns: 60 },
		);
	});

	it("puts children within their states, and launched machines beside them", async () => {
		const diagram = diagramOfData({
			context: { items: ["a"] },
			machines: { a: worker(), b: worker({ name: "other" }), c: worker() },
			states: {
				start: { type: "initial", machine: ["a", "b", "c"], transitions: [{ to: "each" }], on_error: "failed" },
				each: { foreach: "context.items", machine: "a", launch: ["b", "c"], transitions: [{ to: "done" }] },
				done,
				failed: done,
			},
		});
		expect(diagram.groups.length).toBe(6);
		for (const direction of ["down", "right"] as const) expectLaws(await layOut(diagram, { direction }));
	});

	it("keeps the laws with long and strange texts", async () => {
		const diagram = diagramOfData({
			name: "名前".repeat(200),
			states: {
				["x".repeat(300)]: {
					type: "initial",
					agent: "writer",
					wait_for: "w".repeat(500),
					transitions: [
						{ condition: `context.text == '${"長い条件 ".repeat(100)}'`, to: "🎉\n👩‍👩‍👧" },
						{ condition: `context.text == '${"y".repeat(1000)}'`, to: "done" },
						{ to: "🎉\n👩‍👩‍👧" },
					],
				},
				"🎉\n👩‍👩‍👧": done,
				done,
			},
		});
		expectLaws(await layOut(diagram));
	});

	it("lays out 50 states, the same each time, no wider than two pages", async () => {
		const diagram = diagramOfData(stagedData(10));
		expect(diagram.nodes.length).toBe(53);
		const placed = await layOut(diagram);
		expectLaws(placed);
		expect(JSON.stringify(await layOut(diagram))).toBe(JSON.stringify(placed));
		expect(placed.width).toBeLessThan(1840);
	});

	it("keeps the ends of many arrows apart", async () => {
		const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
		const states = names.map((name, index) => [
			name,
			{
				...(index === 0 && { type: "initial" }),
				agent: "writer",
				transitions: [{ to: names[index + 1] ?? "done" }],
				on_error: "failed",
			},
		]);
		const placed = await layOut(diagramOfData({ states: { ...Object.fromEntries(states), done, failed: done } }), {
			direction: "down",
		});
		const ends = placed.edges
			.filter(({ to }) => to === "failed")
			.map(({ id }) => placed.routes[id]?.points.at(-1)?.x ?? 0)
			.toSorted((one, other) => one - other);
		const gaps = ends.slice(1).map((x, index) => x - (ends[index] ?? 0));
		expect(Math.min(...gaps)).toBeGreaterThan(8);
	});

	it("refuses a machine that is too large, and says what is left", async () => {
		const nodes = Array.from({ length: 601 }, (_, index) => ({
			id: `s${index}`,
			state: `s${index}`,
			machine: "m",
			kind: "normal" as const,
			label: `s${index}`,
			lines: [],
		}));
		const diagram: Diagram = { title: "large", machine: "m", nodes, groups: [], edges: [] };
		await expect(layOut(diagram)).rejects.toThrow(DiagramError);
		await expect(layOut(diagram)).rejects.toThrow(/dot and mermaid have no such limit/);
	});
});
