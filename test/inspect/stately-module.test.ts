import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMachine } from "xstate";
import { compile, compileFile } from "../../src/compile.ts";
import { toStatelyModule } from "../../src/stately-module.ts";

const root = resolve(import.meta.dirname, "../..");
let folder = "";

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "flatstate-stately-"));
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
	const compilerOptions = {
		target: "ES2022",
		module: "NodeNext",
		moduleResolution: "NodeNext",
		strict: true,
		noUnusedLocals: true,
		exactOptionalPropertyTypes: true,
		skipLibCheck: true,
		outDir: "out",
	};
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
});

afterAll(() => rmSync(folder, { recursive: true }));

const odd = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: "odd */ \\"name\\" \\u2028"
  context: { a: 1, b: "x" }
  states:
    start:
      type: initial
      action: go
      hooks: logging
      on_error: { RateLimitError: "new", default: "__proto" }
      transitions:
        - { condition: "context.b == 'it''s' and context.a > 1", to: "with space" }
        - { condition: false, to: "new" }
        - { to: "with space" }
    "with space": { wait_for: ch, transitions: [{ to: "new" }] }
    "new": { transitions: [{ to: constructor }] }
    constructor: { type: final, output: { a: context.a } }
    "__proto": { type: final }
`;

describe("the module for Stately Studio", () => {
	it("type-checks under strict, and its machines have the same states, guards and actors as the compiled ones", async () => {
		const files = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" });
		const machines = files
			.filter((file) => file.endsWith(".yml"))
			.flatMap((file) => {
				try {
					return [compileFile(join(root, "examples", file))];
				} catch {
					// An agent, or profiles.
					return [];
				}
			});
		const all = [compile(odd), ...machines];
		expect(all.length).toBeGreaterThan(8);
		for (const [index, { config }] of all.entries()) {
			writeFileSync(join(folder, `machine-${index}.ts`), toStatelyModule(config));
		}
		const { stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
			encoding: "utf8",
		});
		expect(stdout).toBe("");
		for (const [index, { config, machine }] of all.entries()) {
			const made = await import(join(folder, `out/machine-${index}.js`));
			expect(JSON.parse(JSON.stringify(made.machine.config))).toEqual(JSON.parse(JSON.stringify(config)));
			expect(Object.keys(made.machine.states)).toEqual(Object.keys(machine.states));
		}
	});

	it("is one call of createMachine with a literal, and nothing that would have to be run", () => {
		const { config } = compile(odd);
		const text = toStatelyModule(config);
		const literal = /^export const machine = createMachine\((\{[\s\S]*\})\);\n$/m.exec(text)?.[1] ?? "";
		expect(text.match(/^import .*$/gm)).toEqual(['import { createMachine } from "xstate";']);
		expect(literal).not.toMatch(/=>|function|\bsetup\b|\bas\b \{/);
		expect(createMachine(config).id).toBe(config.id);
		expect(text.split("\n").filter((line) => line.startsWith("//")).length).toBeGreaterThan(3);
	});
});
