/** PNG: its size, and that text is drawn with the package's own font. */
import { expect, it } from "vitest";
import { layOut } from "../../src/diagram/lay-out.ts";
import { toPng } from "../../src/diagram/png.ts";
import { diagramOfData } from "./diagrams.ts";

const placed = await layOut(
	diagramOfData({ states: { start: { type: "initial", transitions: [{ to: "done" }] }, done: { type: "final" } } }),
);

function sizeOf(png: Uint8Array): readonly [number, number] {
	const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
	return [view.getUint32(16), view.getUint32(20)];
}

it("draws twice the size, or as many times as it is told", async () => {
	expect(sizeOf(await toPng(placed))).toEqual([placed.width * 2, placed.height * 2]);
	expect(sizeOf(await toPng(placed, { scale: 1 }))).toEqual([placed.width, placed.height]);
});

it("draws texts", async () => {
	const empty = { ...placed, title: "", nodes: placed.nodes.map((node) => ({ ...node, label: "" })) };
	const [drawn, without] = [await toPng(placed), await toPng(empty)];
	expect(drawn.byteLength).toBeGreaterThan(without.byteLength * 1.1);
});

it("refuses what would take too much memory, and says what to do", async () => {
	await expect(toPng(placed, { scale: 100 })).rejects.toThrow(/pixels is too large\. Take a smaller scale/);
});
