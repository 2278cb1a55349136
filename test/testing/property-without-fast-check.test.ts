/** fast-check is an optional peer: without it everything else of `flatstate/testing` works. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { review } from "./property-machines.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";

/** The entries in one file each, beside all packages but fast-check. */
beforeAll(async () => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "flatstate-no-fast-check-")));
	const packages = join(folder, "node_modules");
	mkdirSync(packages);
	for (const name of readdirSync(join(root, "node_modules"))) {
		if (name !== "fast-check" && !name.startsWith(".")) {
			symlinkSync(join(root, "node_modules", name), join(packages, name));
		}
	}
	await build({
		absWorkingDir: root,
		stdin: {
			contents: 'export * from "./src/index.ts"; export * as testing from "./src/testing.ts";',
			resolveDir: root,
			loader: "ts",
		},
		outfile: join(folder, "flatstate.mjs"),
		bundle: true,
		format: "esm",
		platform: "node",
		target: "node20.19",
		packages: "external",
		logLevel: "error",
	});
	writeFileSync(
		join(folder, "machine.yml"),
		`spec: flatmachine\nspec_version: "4.2.1"\ndata:\n${review.replaceAll(/^/gm, "  ")}\n`,
	);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

async function run(code: string): Promise<unknown> {
	const file = join(folder, "main.mjs");
	writeFileSync(file, `import { FlatMachine, compileFile, testing } from "./flatstate.mjs";\n${code}`);
	const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
	return JSON.parse(stdout);
}

it("has scripted agents", async () => {
	const code = `
		const agents = [testing.scriptedAdapter({ writer: "a draft", judge: { score: 9, approved: true } })];
		const script = { writer: "a draft", judge: { score: 9, approved: true } };
		const output = await new FlatMachine({ file: "machine.yml", script }).execute({});
		console.log(JSON.stringify([agents.length, output]));`;
	expect(await run(code)).toEqual([1, { draft: "a draft", score: 9 }]);
});

it("says of property tests which package is missing, and how to get it", async () => {
	const code = `
		const compiled = compileFile("machine.yml");
		const errors = [];
		const note = ({ name, code, message }) => errors.push([name, code, message]);
		for (const make of ["inputOf", "runArbitrary"]) try { testing[make](compiled) } catch (error) { note(error) }
		await testing.checkInvariants(compiled, { never: "step > 1000" }).catch(note);
		await testing.forAllRuns(compiled, () => true).catch(note);
		console.log(JSON.stringify(errors));`;
	const error = [
		"MissingPackageError",
		"missing_package",
		"Property tests need the package fast-check. Install it with `npm install -D fast-check`.",
	];
	expect(await run(code)).toEqual([error, error, error, error]);
});
