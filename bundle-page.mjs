/**
 * The inspector's page: `src/page` into `dist/page`, with the licences of what is joined into it. Nothing is done where
 * neither its sources nor what it was built with, nor what was written then, have changed.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const sources = join(root, "src/page");
const output = join(root, "dist/page");
const stamp = join(root, "node_modules/.cache/flatstate/page.json");
const parts = ["vite", "@vitejs/plugin-react", "react", "react-dom", "@xyflow/react", "@xyflow/system"];

const made = await digest([
	...(await filesIn(sources)),
	fileURLToPath(import.meta.url),
	...parts.map((name) => join(root, "node_modules", name, "package.json")),
]);
const before = JSON.parse(await readFile(stamp, "utf8").catch(() => "{}"));
if (before.made !== made || before.written !== (await digest(await filesIn(output)))) {
	await bundle();
	await mkdir(dirname(stamp), { recursive: true });
	await writeFile(stamp, JSON.stringify({ made, written: await digest(await filesIn(output)) }));
}

async function bundle() {
	const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
	await build({
		configFile: false,
		root: sources,
		// Wherever the server puts it.
		base: "./",
		plugins: [react()],
		logLevel: "warn",
		build: {
			outDir: output,
			emptyOutDir: true,
			target: "es2023",
			// Browsers that know the target need no polyfill, and inlined files would need a looser content policy.
			modulePreload: { polyfill: false },
			assetsInlineLimit: 0,
			chunkSizeWarningLimit: 1000,
			license: { fileName: "LICENSES.md" },
			// The diagrams' fonts are in this package already: the server serves them from there.
			rolldownOptions: { external: [/^\/fonts\//] },
		},
	});
}

async function filesIn(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Of names and contents. */
async function digest(paths) {
	const hash = createHash("sha256");
	for (const path of paths.toSorted())
		hash
			.update(`${relative(root, path)}\0`)
			.update(await readFile(path))
			.update("\0");
	return hash.digest("hex");
}
