/** Whatever a state is called: it is refused with its place in the file, or it runs, is tested, written into tests, and drawn. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { type Compiled, CompileError, compile, compileFile } from "../../src/compile.ts";
import { diagramOf } from "../../src/diagram/diagram-of.ts";
import { toDot } from "../../src/diagram/dot.ts";
import { layOut } from "../../src/diagram/lay-out.ts";
import { toMermaid } from "../../src/diagram/mermaid.ts";
import { toSvg } from "../../src/diagram/svg.ts";
import { FlatMachine } from "../../src/index.ts";
import { toStatelyModule } from "../../src/stately-module.ts";
import { emitTests } from "../../src/testing/emit/emit-tests.ts";
import { testMachine } from "../../src/testing/report/machine-test.ts";
import { readScenario } from "../../src/testing/scenario/read-scenario.ts";
import { writeScenario } from "../../src/testing/scenario/write-scenario.ts";
import { files } from "../cli/files.ts";
import { runVitest } from "./emitted-tests.ts";

/** A machine with a state of that name, which works, loops, fails and goes on; its name stands in line 16. */
function documentWith(name: string): string {
	const key = JSON.stringify(name);
	return `{
"spec": "flatmachine", "spec_version": "4.2.1",
"data": {
"name": "odd", "context": { "n": "input.n" },
"agents": { "w": { "spec": "flatagent", "data": { "model": { "provider": "p", "name": "m" }, "user": "x" } } },
"states": {
"first": {
	"type": "initial",
	"transitions": [
		{ "condition": "context.n == 1", "to": ${key} },
		{ "to": "done" }
	]
},
"done": { "type": "final", "output": { "text": "context.text" } },

${key}: {
	"agent": "w",
	"output_to_context": { "text": "output.content" },
	"on_error": { "OddError": ${key}, "default": "done" },
	"transitions": [{ "condition": "context.text == 'x'", "to": ${key} }, { "to": "done" }]
}
} } }
`;
}

const works: readonly string[] = [
	'a"b',
	"a'b",
	"`a`",
	"a b",
	" a ",
	"a/b",
	"a:b",
	"a;b|c,d&e",
	"a→b #c",
	"[x]",
	"{x}",
	"\u0024{x} {{ x }} {% x %}",
	"<b>&amp;</b>",
	"-->",
	"ü∑😀",
	"a\nb\tc",
	"\u202eabc\u001b[31m",
	"constructor",
	"toString",
	"hasOwnProperty",
	"prototype",
	"null",
	"1",
	"default",
	"end",
	"graph",
	"x".repeat(1000),
];

describe("a state", () => {
	it.each(works)("called %j runs, is tested as a whole, and drawn", async (name) => {
		const compiled = compile(documentWith(name));
		const machine = new FlatMachine({ config: documentWith(name), script: { w: "y" } });
		expect(await machine.execute({ n: 1 })).toEqual({ text: "y" });

		const { exploration, unconfirmed, confirmed } = await testMachine(compiled, compiled.plan.id);
		expect(unconfirmed).toEqual([]);
		expect(exploration.transitions.map(({ reach }) => reach.status)).toEqual(Array(6).fill("covered"));
		for (const scenario of confirmed) {
			expect(readScenario(writeScenario(scenario)).scenario.path).toEqual(scenario.path);
		}
		await draw(compiled);
	});

	it.each([
		["a\\b", "FS4108", "a `\\` there makes the next character stand for itself"],
		["\\", "FS4108", "a `\\`"],
		["a.b", "FS4108", "a `.`"],
		["#a", "FS4108", "a leading `#`"],
		[" ", "FS4108", "blank"],
		["a:route", "FS4108", "`:route`"],
		["__proto__", "", ""],
	])("called %j is refused, with its place", (name, code, reason) => {
		const diagnostics = refused(documentWith(name));
		const [first] = diagnostics;
		expect(first).toMatchObject({ severity: "error", ...(code !== "" && { code }) });
		expect(diagnostics.map(({ range }) => [range?.line, range?.column])).toContainEqual([16, 1]);
		expect(diagnostics.map(({ message }) => message).join()).toContain(reason);
	});
});

it("has tests written for it that pass, whatever it is called", { timeout: 120_000 }, async () => {
	await using folder = files({});
	let expected = 0;
	mkdirSync(join(folder.path, "machines"));
	for (const [index, name] of works.entries()) {
		const file = join(folder.path, "machines", `${index}.json`);
		writeFileSync(file, documentWith(name).replace('"odd"', `"odd-${index}"`));
		const compiled = compileFile(file);
		const { plan, confirmed } = await testMachine(compiled, compiled.plan.id);
		const machines = [{ plan, scenarios: confirmed }];
		for (const { tests, path } of emitTests(machines, { dir: join(folder.path, "tests"), update: false })) {
			expected += tests;
			expect(readFileSync(path, "utf8")).not.toContain("\u001b");
		}
	}
	const { passed, failed } = await runVitest(folder.path);
	expect(failed).toEqual([]);
	expect(passed).toHaveLength(expected);
});

async function draw({ plan, plans, config }: Compiled): Promise<void> {
	const diagram = diagramOf(plan, plans, { machineId: (id) => id });
	expect(toMermaid(diagram).split("\n").length).toBeGreaterThan(5);
	expect(toDot(diagram)).toContain("digraph");
	expect(toSvg(await layOut(diagram))).toContain("</svg>");
	await transform(toStatelyModule(config), { loader: "ts" });
}

function refused(source: string): CompileError["diagnostics"] {
	try {
		compile(source);
	} catch (error) {
		if (error instanceof CompileError) return error.diagnostics;
		throw error;
	}
	throw new Error("it compiles");
}
