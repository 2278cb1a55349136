/** The test file that is written for a machine: how it reads, that it passes, and that it fails when the machine changes. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, compileFile } from "../../src/compile.ts";
import { compiledFileIn } from "../../src/testing/emit/compile-statements.ts";
import { emitTests } from "../../src/testing/emit/emit-tests.ts";
import { innerMachine } from "../../src/testing/emit/inner-machine.ts";
import { plainAnswer } from "../../src/testing/emit/plain-answer.ts";
import { times } from "../../src/testing/emit/repeats.ts";
import { replay } from "../../src/testing/emit/replay-run.ts";
import { testFile } from "../../src/testing/emit/test-file.ts";
import { files } from "../cli/files.ts";
import { root } from "../docs/page.ts";
import { reviewMachine, reviewScripts, runVitest, scenarioOf, unformattedIn } from "./emitted-tests.ts";

async function reviewTests(path: string): Promise<string> {
	const machine = compileFile(join(path, "review.yml"));
	const scenarios = await Promise.all(reviewScripts.map((script) => scenarioOf(machine, script)));
	emitTests([{ plan: machine.plan, scenarios }], { dir: join(path, "tests"), update: false });
	return join(path, "tests/review.test.ts");
}

/** What the formatter and the linter's fixes make of a test file. */
function formatted(input: string): string {
	const biome = join(root, "node_modules/.bin/biome");
	const args = ["check", "--write", "--stdin-file-path=review.test.ts"];
	return spawnSync(biome, args, { cwd: root, input, encoding: "utf8" }).stdout;
}

describe("an emitted test file", () => {
	test("reads like one that was written by hand", async () => {
		await using folder = files({ "review.yml": reviewMachine });
		await reviewTests(folder.path);
		expect(folder.read("tests/review.test.ts")).toMatchInlineSnapshot(`
			"// Tests of ../review.yml: one for each scenario that \`flatstate test FILE --emit DIR\` found, yours to edit.
			// Each replays a run on the real runtime. Agents, child machines, actions and signals answer with what is given here, in
			// the order in which the machine asks. Change what you like; \`--update\` writes the file anew and says what it replaces.
			// \`review#1\` is the second transition of the state review, \`review!TimeoutError\` its route for that error.
			import { join } from "node:path";
			import { compileFile } from "flatstate";
			import { replay } from "flatstate/testing";
			import { describe, expect, test } from "vitest";

			const machine = compileFile(join(import.meta.dirname, "../review.yml"));

			describe("review", () => {
				test("review → done", async () => {
					const run = await replay(machine, { agents: { reviewer: [{ score: 8 }] } });

					expect(run.path).toEqual(["review", "done"]);
					expect(run.taken).toEqual(["review#0"]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: null }] } });
					expect(run.status).toBe("done");
					expect(run.output).toEqual({ score: 8 });
					expect(run.context).toEqual({ text: null, score: 8 });
				});

				test("review → review → done", async () => {
					const run = await replay(machine, {
						input: { text: "A label" },
						agents: { reviewer: [{ score: 7 }, { score: 9 }] },
					});

					expect(run.path).toEqual(["review", "review", "done"]);
					expect(run.taken).toEqual(["review#1", "review#0"]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: "A label" }] } });
					expect(run.status).toBe("done");
					expect(run.output).toEqual({ score: 9 });
					expect(run.context).toEqual({ text: "A label", score: 9 });
				});

				test("review → later", async () => {
					const run = await replay(machine, { agents: { reviewer: [{ throw: "RateLimitError: busy" }] } });

					expect(run.path).toEqual(["review", "later"]);
					expect(run.taken).toEqual(["review!RateLimitError"]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: null }] } });
					expect(run.status).toBe("done");
					expect(run.output).toEqual({ later: true });
					expect(run.context).toEqual({ text: null, score: null, last_error: "busy", last_error_type: "RateLimitError" });
				});

				test("review", async () => {
					const run = await replay(machine, { agents: { reviewer: [{ throw: "Error: broken" }] } });

					expect(run.path).toEqual(["review"]);
					expect(run.taken).toEqual([]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: null }] } });
					expect(run.status).toBe("failed");
					expect(run.error).toBe("Error");
					expect(run.context).toEqual({ text: null, score: null, last_error: "broken", last_error_type: "Error" });
				});

				test("review → review → review → review", async () => {
					const run = await replay(machine, {
						agents: { reviewer: [{ score: 0 }, { score: 0 }, { score: 0 }, { score: 0 }] },
					});

					expect(run.path).toEqual(["review", "review", "review", "review"]);
					expect(run.taken).toEqual(["review#1", "review#1", "review#1"]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: null }] } });
					expect(run.status).toBe("stopped");
					expect(run.reason).toBe("max_steps");
					expect(run.context).toEqual({ text: null, score: 0 });
				});
			});

			// For --update, the tests as they were written: 18a42551 527310fd 40371b51 dc4f1db7 2d839b01
			"
		`);
	});

	test("is formatted and breaks no rule of the linter", async () => {
		await using folder = files({ "review.yml": reviewMachine });
		await reviewTests(folder.path);
		const input = folder.read("tests/review.test.ts");
		expect(formatted(input)).toBe(input);
	});

	test("is formatted, however long its paths are", async () => {
		const scenarios = [await scenarioOf(compile(reviewMachine), { agents: { reviewer: [{ score: 8 }] } })];
		await using folder = files({});
		for (const length of [30, 56, 57, 58, 64, 65, 82, 83, 84, 118, 200]) {
			const file = `../${"f".repeat(length)}.yml`;
			for (const profiles of [undefined, `../${"p".repeat(length)}.yml`]) {
				for (const inner of [undefined, "machines.part"]) {
					const text = testFile({ name: "review", file, inner, profiles, scenarios });
					expect(compiledFileIn(text)).toBe(file);
					writeFileSync(join(folder.path, `${length}-${inner}-${profiles === undefined}.test.ts`), text);
				}
			}
		}
		expect(unformattedIn(folder.path)).toBe("Checked 44 files. No fixes applied.");
	});

	test("type-checks in strict mode", { timeout: 120_000 }, async () => {
		await using folder = files({ "review.yml": reviewMachine });
		const test = await reviewTests(folder.path);
		const options = {
			extends: join(root, "tsconfig.json"),
			compilerOptions: {
				paths: { flatstate: [join(root, "src/index.ts")], "flatstate/testing": [join(root, "src/testing.ts")] },
				typeRoots: [join(root, "node_modules/@types")],
			},
			include: [],
			files: [test],
		};
		writeFileSync(join(folder.path, "tsconfig.json"), JSON.stringify(options));
		writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
		symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
		const { stdout } = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder.path], {
			encoding: "utf8",
		});
		expect(stdout.split("\n").filter((line) => line.includes("review.test.ts"))).toEqual([]);
	});

	test("is the same text for the same scenarios, wherever the machine lies", async () => {
		await using one = files({ "review.yml": reviewMachine });
		await using two = files({ "review.yml": reviewMachine });
		await reviewTests(one.path);
		await reviewTests(two.path);
		expect(two.read("tests/review.test.ts")).toBe(one.read("tests/review.test.ts"));
		expect(one.read("tests/review.test.ts")).not.toContain(one.path);
	});

	test("writes the rounds of a loop once", async () => {
		const machine = compile(reviewMachine.replace("max_steps: 4", "max_steps: 30"));
		const scenario = await scenarioOf(machine, { agents: { reviewer: [...times(11, [{ score: 1 }]), { score: 9 }] } });
		const text = testFile({ name: "review", file: "review.yml", scenarios: [scenario] });
		expect(text.slice(text.indexOf("import { replay"), text.indexOf("\t\texpect(run.status)"))).toMatchInlineSnapshot(`
			"import { replay, times } from "flatstate/testing";
			import { describe, expect, test } from "vitest";

			const machine = compileFile(join(import.meta.dirname, "review.yml"));

			describe("review", () => {
				test("review → review → review → review → review → … (3 more) … → review → review → review → review → done", async () => {
					const run = await replay(machine, { agents: { reviewer: [...times(11, [{ score: 1 }]), { score: 9 }] } });

					expect(run.path).toEqual([...times(12, ["review"]), "done"]);
					expect(run.taken).toEqual([...times(11, ["review#1"]), "review#0"]);
					expect(run.inputs).toEqual({ agents: { reviewer: [{ text: null }] } });
			"
		`);
	});

	test("writes answers as people do, where that means the same", async () => {
		const machine = compile(reviewMachine);
		const output = { score: 8 };
		expect(plainAnswer({ output })).toEqual(output);
		for (const answer of [
			{ output: {} },
			{ output: { content: "x" } },
			{ output: { throw: "x" } },
			{ output, cost: 1 },
			"x",
		]) {
			expect(plainAnswer(answer)).toBe(answer);
		}
		const [whole, plain] = [{ output }, output].map((answer) => replay(machine, { agents: { reviewer: [answer] } }));
		expect(await plain).toEqual(await whole);
		const scenario = await scenarioOf(machine, { agents: { reviewer: [{ output }] } });
		const text = testFile({ name: "review", file: "review.yml", scenarios: [scenario] });
		expect(text).toContain("replay(machine, { agents: { reviewer: [{ score: 8 }] } })");
	});

	test("quotes what a machine may be called and answered with", () => {
		const scenario = {
			name: '{{ x }} → say "hi"',
			input: { "a b": "`process.exit(1)`", text: '*/ " \n{{ 1 }}' },
			agents: {},
			machines: {},
			actions: {},
			waits: {},
			path: ["{{ x }}", 'say "hi"'],
			taken: [],
			ending: { status: "done", output: null } as const,
			context: {},
		};
		const text = testFile({ name: "a\nb {% raw %}", file: "../a\n\u2028b.yml", scenarios: [scenario] });
		expect(text).toContain("// Tests of ../a  b.yml: one for");
		expect(text).toContain('describe("a\\nb {% raw %}", () => {');
		expect(text).toContain(`test('{{ x }} → say "hi"', async () => {`);
		expect(text).toContain("text: '*/ \" \\n{{ 1 }}'");
	});
});

/** A machine inside of another one's file. */
const nested = `spec: flatmachine
data:
  name: outer
  machines:
    part:
      spec: flatmachine
      data:
        name: part
        states:
          start: { type: initial, transitions: [{ condition: input.go, to: end }, { to: stay }] }
          end: { type: final }
          stay: { type: final }
  states:
    start: { type: initial, machine: part, transitions: [{ to: end }] }
    end: { type: final }
`;

test("a machine inside of another one's file is found there, with the profiles that were given", {
	timeout: 120_000,
}, async () => {
	await using folder = files({
		"nested.yml": nested,
		"profiles.yml": "spec: flatprofile\ndata: { model_profiles: {} }\n",
	});
	const file = join(folder.path, "nested.yml");
	const profiles = join(folder.path, "profiles.yml");
	const { set } = compileFile(file, { profilesFile: profiles });
	const planId = `${file}#machines.part`;
	const scenario = await scenarioOf({ set, planId }, { input: { go: true } });
	emitTests([{ plan: set.plan(planId), scenarios: [scenario] }], { dir: folder.path, update: false, profiles });
	const text = folder.read("part.test.ts");
	expect(text.slice(text.indexOf("import { compileFile"), text.indexOf("\tconst run"))).toMatchInlineSnapshot(`
		"import { compileFile } from "flatstate";
		import { innerMachine, replay } from "flatstate/testing";
		import { describe, expect, test } from "vitest";

		const profilesFile = join(import.meta.dirname, "./profiles.yml");
		const outer = compileFile(join(import.meta.dirname, "./nested.yml"), { profilesFile });
		const machine = innerMachine(outer, "machines.part");

		describe("part", () => {
			test("start → end", async () => {
			"
	`);
	expect(await runVitest(folder.path)).toEqual({ passed: ["start → end"], failed: [] });
});

test("a machine that is not in the file is named with those that are", () => {
	const compiled = compile(nested);
	expect(() => innerMachine(compiled, "machines.other")).toThrow(
		"no machine `machines.other` in the file; it has: machines.part.",
	);
});

test("what an agent, a child or a launched machine is given is expected, the same input in a row once", async () => {
	const machine = compile(`spec: flatmachine
data:
  name: asks
  agents: { writer: { spec: flatagent, data: { model: { provider: openai, name: gpt-5-mini }, user: hi } } }
  machines: { part: { spec: flatmachine, data: { name: part, states: { a: { type: initial } } } } }
  states:
    write:
      type: initial
      agent: writer
      execution: { type: parallel, n_samples: 2 }
      input: { topic: input.topic }
      transitions: [{ to: launch }]
    launch: { launch: part, launch_input: { from: launch }, transitions: [{ to: call }] }
    call: { foreach: "{{ [1, 2] }}", as: n, machine: part, input: { n: n }, transitions: [{ to: done }] }
    done: { type: final }
`);
	const run = await replay(machine, {
		input: { topic: "tea" },
		agents: { writer: ["a", "b"] },
		machines: { part: [{ output: 1 }, { output: 2 }] },
	});
	expect(run.inputs).toEqual({
		agents: { writer: [{ topic: "tea" }] },
		machines: { part: [{ from: "launch" }, { n: 1 }, { n: 2 }] },
	});
});

test("an error that the runtime words itself is expected as any text, one of an answer as it is", async () => {
	const machine = compile(
		reviewMachine.replace("RateLimitError: later", "default: later").replace("later: true", "why: context.last_error"),
	);
	const own = await scenarioOf(machine, { agents: { reviewer: [{ score: "high" }] } });
	const given = await scenarioOf(machine, { agents: { reviewer: [{ throw: "RateLimitError: busy" }] } });
	const text = testFile({ name: "review", file: "review.yml", scenarios: [own, given] });
	expect(own.context.last_error).toContain("context.score >= 8");
	expect(text.match(/expect\(run\.(output|context).*last_error.*|.*why: .*/g)).toMatchInlineSnapshot(`
		[
		  "		expect(run.output).toEqual({ why: expect.any(String) });",
		  "		expect(run.output).toEqual({ why: "busy" });",
		  "expect(run.context).toEqual({ text: null, score: null, last_error: "busy", last_error_type: "RateLimitError" });",
		]
	`);
});

describe("emitted tests", () => {
	test("pass as they were written", { timeout: 120_000 }, async () => {
		await using folder = files({ "review.yml": reviewMachine });
		await reviewTests(folder.path);
		const { passed, failed } = await runVitest(folder.path);
		expect(failed).toEqual([]);
		expect(passed).toHaveLength(reviewScripts.length);
	});

	test("fail when the machine's behaviour changes, and say where", { timeout: 120_000 }, async () => {
		const changes: readonly (readonly [string, string])[] = [
			["context.score >= 8", "context.score > 8"],
			["RateLimitError: later", "RateLimitError: review"],
			["output: { score: context.score }", "output: { score: context.text }"],
			["- { to: review }", "- { to: later }"],
			["input: { text: context.text }", "input: { text: context.score }"],
			["max_steps: 4", "max_steps: 3"],
			["agent: reviewer\n", "agent: reviewer\n      execution: { type: retry, backoffs: [1] }\n"],
		];
		await using folder = files({});
		for (const [index, [from, to]] of changes.entries()) {
			const path = join(folder.path, String(index));
			mkdirSync(path);
			writeFileSync(join(path, "review.yml"), reviewMachine);
			await reviewTests(path);
			expect(reviewMachine).toContain(from);
			writeFileSync(join(path, "review.yml"), reviewMachine.replace(from, to));
		}
		const { failed } = await runVitest(folder.path);
		const said = failed.map(({ name, message }) => `${name}: ${message.split("\n")[0]}`);
		expect(said).toMatchInlineSnapshot(`
			[
			  "review → done: AnswersMismatchError: The run calls agent \`reviewer\` 2 times, and the scenario has only 1 answer. The run went review → review, and took review#1.",
			  "review → later: AnswersMismatchError: The run calls agent \`reviewer\` 2 times, and the scenario has only 1 answer. The run went review → review, and took review!RateLimitError.",
			  "review → done: AssertionError: expected { score: null } to deeply equal { score: 8 }",
			  "review → review → done: AssertionError: expected { score: 'A label' } to deeply equal { score: 9 }",
			  "review → review → done: AnswersMismatchError: Of 2 answers for agent \`reviewer\` the run used 1. The run went review → later, and took review#1.",
			  "review → review → review → review: AnswersMismatchError: Of 4 answers for agent \`reviewer\` the run used 1. The run went review → later, and took review#1.",
			  "review → review → done: AssertionError: expected { agents: { reviewer: [ …(2) ] } } to deeply equal { agents: { reviewer: [ { …(1) } ] } }",
			  "review → review → review → review: AssertionError: expected { agents: { reviewer: [ …(2) ] } } to deeply equal { agents: { reviewer: [ { …(1) } ] } }",
			  "review → review → review → review: AnswersMismatchError: Of 4 answers for agent \`reviewer\` the run used 3. The run went review×3, and took review#1, review#1.",
			  "review → later: AnswersMismatchError: The run calls agent \`reviewer\` 2 times, and the scenario has only 1 answer. The run went review.",
			  "review: AnswersMismatchError: The run calls agent \`reviewer\` 2 times, and the scenario has only 1 answer. The run went review.",
			]
		`);
	});
});
