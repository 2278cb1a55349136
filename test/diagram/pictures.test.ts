/** The pictures of the pages and of the examples are what the machines look like now. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { drawPictures } from "../../docs/draw-diagrams.mjs";
import { compileFile } from "../../src/compile.ts";
import { diagramOf, layOut, toSvg } from "../../src/diagram/index.ts";
import { memoryLoader, testMachine } from "../../src/testing.ts";

const root = join(import.meta.dirname, "../..");
const library = { compileFile, memoryLoader, testMachine, diagramOf, layOut, toSvg };

const drawn = await drawPictures(library);

it("has pictures that are up to date; `npm run diagrams` writes them", () => {
	const stale = [...drawn].filter(([path, svg]) => {
		const file = join(root, path);
		return !existsSync(file) || readFileSync(file, "utf8") !== svg;
	});
	expect(stale.map(([path]) => path)).toEqual([]);
	expect(drawn.size).toBeGreaterThan(10);
});

it("names no folder of the machine on which they were drawn", () => {
	for (const svg of drawn.values()) expect(svg).not.toContain(root);
});

it("shows each picture of an example in the example's README", () => {
	const paths = [...drawn.keys()].filter((path) => path.startsWith("examples/"));
	const hidden = paths.filter((path) => {
		const [folder, example, name] = path.split("/");
		return !readFileSync(join(root, `${folder}/${example}/README.md`), "utf8").includes(`](${name})`);
	});
	expect(hidden).toEqual([]);
});
