/**
 * Last part of `npm run build`: joins the compiled modules of each entry point into one file and shared chunks, since
 * loading some 250 small modules costs a third of a cold start. Dependencies stay outside, lazy imports stay lazy.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("./dist/", import.meta.url));
const entries = [
	"src/index.js",
	"src/testing.js",
	"src/cli/main.js",
	"compiler/index.js",
	"adapters/flatagent/index.js",
	"adapters/mock-model/index.js",
];

await rm(`${dist}chunks`, { recursive: true, force: true });
await build({
	entryPoints: entries.map((entry) => dist + entry),
	outdir: dist,
	outbase: dist,
	allowOverwrite: true,
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20",
	packages: "external",
	chunkNames: "chunks/[name]-[hash]",
	sourcemap: true,
	// Errors and hooks are known by the names of their classes, which joining could change.
	keepNames: true,
	logLevel: "warning",
});
