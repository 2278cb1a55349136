/** A machine with emitted tests in a folder, and vitest run on it, with `flatstate` taken from the source. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import type { ReplayedMachine } from "../../src/testing/emit/inner-machine.ts";
import type { EmittedScenario } from "../../src/testing/emit/test-file.ts";
import { replayScenario } from "../../src/testing/scenario/replay.ts";
import type { ScenarioScript } from "../../src/testing/scenario/scenario.ts";
import { root } from "../docs/page.ts";

/** A reviewer gives a score; three times at most; a failed call is tried once more. */
export const reviewMachine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: review
  context: { text: input.text, score: null }
  agents:
    reviewer:
      spec: flatagent
      data:
        name: reviewer
        model: { provider: openai, name: gpt-5-mini }
        user: "Review {{ input.text }}"
  settings: { max_steps: 4 }
  states:
    review:
      type: initial
      agent: reviewer
      input: { text: context.text }
      output_to_context: { score: output.score }
      on_error: { RateLimitError: later }
      transitions:
        - { condition: context.score >= 8, to: done }
        - { to: review }
    done: { type: final, output: { score: context.score } }
    later: { type: final, output: { later: true } }
`;

/** What the runs of some scenarios of the review are given. */
export const reviewScripts: readonly Partial<ScenarioScript>[] = [
	{ agents: { reviewer: [{ score: 8 }] } },
	{ input: { text: "A label" }, agents: { reviewer: [{ score: 7 }, { score: 9 }] } },
	{ agents: { reviewer: [{ throw: "RateLimitError: busy" }] } },
	{ agents: { reviewer: [{ throw: "Error: broken" }] } },
	{ agents: { reviewer: [{ score: 0 }, { score: 0 }, { score: 0 }, { score: 0 }] } },
];

/** A scenario that expects what the machine does now. */
export async function scenarioOf(machine: ReplayedMachine, script: Partial<ScenarioScript>): Promise<EmittedScenario> {
	const given = { input: {}, agents: {}, machines: {}, actions: {}, waits: {}, ...script };
	const { path, taken, ending, context, differences, asked } = await replayScenario(
		machine,
		{ name: "", ...given },
		machine.planId === undefined ? {} : { planId: machine.planId },
	);
	if (ending === undefined || differences.length > 0) throw new Error(differences.join("\n"));
	return { name: path.join(" → "), ...given, path, taken, ending, context, asked };
}

/** What the formatter has to say of the files in a folder outside of the package, and how many it has looked at. */
export function unformattedIn(folder: string): string {
	const config = ["--colors=off", "--config-path", join(root, "biome.json"), "--vcs-enabled=false"];
	const biome = join(root, "node_modules/.bin/biome");
	const { stdout, stderr } = spawnSync(biome, ["format", ...config, folder], { encoding: "utf8" });
	return `${stderr}${stdout}`.replace(/ in [\d.]+\w+\./, ".").trim();
}

/** Names of the tests of a run of vitest. */
export interface VitestReport {
	readonly passed: readonly string[];
	/** With what vitest says of each. */
	readonly failed: readonly { readonly file: string; readonly name: string; readonly message: string }[];
}

/** Runs every test file in a folder and below. @throws where vitest itself fails */
export async function runVitest(folder: string): Promise<VitestReport> {
	const config = {
		root: folder,
		resolve: {
			alias: {
				"flatstate/testing": join(root, "src/testing.ts"),
				flatstate: join(root, "src/index.ts"),
			},
		},
		// One process that loads the sources once.
		test: { include: ["**/*.test.ts"], isolate: false, fileParallelism: false },
	};
	writeFileSync(join(folder, "vitest.config.mjs"), `export default ${JSON.stringify(config)};\n`);
	const modules = join(folder, "node_modules");
	if (!existsSync(modules)) symlinkSync(join(root, "node_modules"), modules);
	const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", folder, "--reporter=json"];
	// Vitest ends with 1 where a test fails.
	const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
		execFile(process.execPath, args, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout, stderr) => {
			resolve({ stdout, stderr });
		});
	});
	const results = stdout.startsWith("{") ? listOf(JSON.parse(stdout), "testResults") : [];
	const inOrder = results.toSorted((one, other) => (fileOf(one) < fileOf(other) ? -1 : 1));
	const tests = inOrder.flatMap((result) =>
		listOf(result, "assertionResults").map((test) => ({ file: fileOf(result), ...(isRecord(test) && test) })),
	);
	if (tests.length === 0) throw new Error(`vitest ran no test.\n${stdout}\n${stderr}`);
	return {
		passed: tests.filter((test) => own(test, "status") === "passed").map(nameOf),
		failed: tests
			.filter((test) => own(test, "status") === "failed")
			.map((test) => ({
				file: test.file,
				name: nameOf(test),
				message: listOf(test, "failureMessages").join("\n"),
			})),
	};
}

function listOf(value: unknown, key: string): readonly unknown[] {
	const list = isRecord(value) ? value[key] : undefined;
	return Array.isArray(list) ? list : [];
}

function fileOf(result: unknown): string {
	return isRecord(result) ? String(result.name) : "";
}

function nameOf(test: unknown): string {
	return String(own(test, "title"));
}
