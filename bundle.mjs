/**
 * Last part of `npm run build`: joins the modules of each entry point into one file and shared chunks, in place of the
 * compiler's own output, since loading some 250 small modules costs a third of a cold start. Dependencies stay outside,
 * lazy imports stay lazy.
 */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const entries = [
	"src/index.ts",
	"src/stores.ts",
	"src/fleet.ts",
	"src/testing.ts",
	"src/diagram/index.ts",
	"src/inspect.ts",
	"src/inspect/layout-worker.ts",
	"adapters/coding-tools/match-worker.ts",
	"src/cli/main.ts",
	"compiler/index.ts",
	"adapters/flatagent/index.ts",
	"adapters/mcp/index.ts",
];

/**
 * `yaml` alone is joined, too: it is 70 files, a fifth of a cold start, and its build for Node reads the environment for
 * every token, which its build for browsers does not.
 */
const yamlWithin = {
	name: "yaml-within",
	setup({ onResolve }) {
		const path = fileURLToPath(new URL("./node_modules/yaml/browser/dist/index.js", import.meta.url));
		onResolve({ filter: /^yaml$/ }, () => ({ path, external: false }));
	},
};

await rm(`${root}dist/chunks`, { recursive: true, force: true });
const { outputFiles } = await build({
	absWorkingDir: root,
	entryPoints: entries,
	outdir: "dist",
	outbase: ".",
	write: false,
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node20",
	packages: "external",
	plugins: [yamlWithin],
	chunkNames: "chunks/[name]-[hash]",
	sourcemap: true,
	// Half the text to read at a start; names stay, so stack traces do.
	minifyWhitespace: true,
	minifySyntax: true,
	logLevel: "warning",
});
// Errors and hooks are known by the names of their classes, and joining renames one of two that are called the same.
// (esbuild's own `keepNames` would name every closure anew each time that it is made, which slows each step.)
const renamed = outputFiles.flatMap(({ text }) => text.match(/\bclass [A-Z][A-Za-z]*\d+[ {]/g) ?? []);
if (renamed.length > 0) throw new Error(`Two classes of one name: ${renamed.join(", ")}. Rename one of them.`);
await copyFile(`${root}adapters/smolagents/bridge.py`, `${root}dist/adapters/smolagents/bridge.py`);
await copyFile(`${root}node_modules/yaml/LICENSE`, `${root}dist/LICENSE-yaml`);
for (const { path, contents } of outputFiles) {
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, contents);
}
