/** The TypeScript of the pages compiles in strict mode, against the library's own types. */
import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { blocksOf, pageNames, root } from "./page.ts";

const run = promisify(execFile);

it("compiles all code of the pages", { timeout: 120_000 }, async () => {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), "docs-types-")));
	try {
		const blocks = pageNames()
			.flatMap(blocksOf)
			.filter(({ language }) => language === "ts");
		expect(blocks.length).toBeGreaterThan(5);
		for (const { page, line, text } of blocks) {
			writeFileSync(join(folder, `${page.replaceAll(/\W/g, "-")}-line-${line}.ts`), `${text}export {};\n`);
		}
		// Shows that the compiler looks at these files at all.
		writeFileSync(join(folder, "wrong-line-1.ts"), 'export const n: number = "text";\n');
		symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
		const config = {
			extends: join(root, "tsconfig.json"),
			compilerOptions: {
				typeRoots: [join(root, "node_modules/@types")],
				paths: {
					flatstate: [join(root, "src/index.ts")],
					"flatstate/compiler": [join(root, "compiler/index.ts")],
					"flatstate/diagram": [join(root, "src/diagram/index.ts")],
					"flatstate/inspect": [join(root, "src/inspect.ts")],
					"flatstate/fleet": [join(root, "src/fleet.ts")],
					"flatstate/stores": [join(root, "src/stores.ts")],
					"flatstate/testing": [join(root, "src/testing.ts")],
				},
			},
			include: [join(folder, "*.ts")],
		};
		writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
		writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
		const tsc = join(root, "node_modules/typescript/bin/tsc");
		const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => error);
		const own = stdout.split("\n").filter((line) => line.includes("-line-"));
		expect(own).toEqual([expect.stringContaining("wrong-line-1.ts(1,14): error TS2322")]);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
