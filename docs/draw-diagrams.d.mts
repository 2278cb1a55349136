import type { compileFile } from "../src/compile.ts";
import type { diagramOf, layOut, toSvg } from "../src/diagram/index.ts";
import type { memoryLoader, testMachine } from "../src/testing.ts";

/** Every picture's text by its path in the repository. */
export function drawPictures(library: {
	readonly compileFile: typeof compileFile;
	readonly memoryLoader: typeof memoryLoader;
	readonly testMachine: typeof testMachine;
	readonly diagramOf: typeof diagramOf;
	readonly layOut: typeof layOut;
	readonly toSvg: typeof toSvg;
}): Promise<ReadonlyMap<string, string>>;
