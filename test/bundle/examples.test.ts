import { existsSync, readdirSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { loadScriptFile, startMockModel } from "../../adapters/mock-model/index.ts";
import { runMachine } from "../../runtime/machine/run-machine.ts";
import { configHash } from "../../runtime/store/config-store.ts";
import { type Compiled, type CompileOptions, compile, compileFile } from "../../src/compile.ts";
import { compileBundle } from "../../src/compile-bundle.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";

const examples = resolve(import.meta.dirname, "../../examples");
const machines = readdirSync(examples, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.flatMap(({ name }) => readdirSync(join(examples, name, "config")).map((file) => join(name, "config", file)))
	.filter((file) => isMachine(join(examples, file)));

/** What the examples start their machines with. */
const runs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
	"character_card/config/chat.yml": { card: { data: { name: "Vesna", first_mes: "Good evening." } }, user: "Ada" },
	"durable-review/config/review.yml": { paper: "On Kettles", sections: [{ title: "Method", text: "We boiled many." }] },
	"dynamic_agent/config/hiring.yml": { job: "Sort the mail.", letters: ["Are you open?"], example: "" },
	"embed-in-xstate/config/loan.yml": { object: "lute", museum: "The city museum" },
	"error_handling/config/machine.yml": {},
	"fleet/config/archive.yml": { letters: [{ number: 1, text: "In 1904 we were given a bell by two sailors." }] },
	"gepa_self_optimizer/config/evolution.yml": {
		prompt: "Answer.",
		cases: [{ text: "Who has it? Ms Okafor.", wanted: "Ms Okafor" }],
		budget: 10,
		seed: 1,
	},
	"helloworld/config/machine.yml": {},
	"human_in_the_loop/config/machine.yml": { occasion: "tea" },
	"key_results/config/machine.yml": { topic: "the map room is closed" },
	"listener/config/doorbell.yml": { house: "nine" },
	"mdap/config/machine.yml": {},
	"multi_paper_synthesizer/config/synthesis.yml": {
		question: "What should a town do first?",
		papers: [{ key: "moreau", text: "Slug Pellets and the Thin Hedgehog" }],
	},
	"parallelism/config/foreach.yml": { stops: [{ city: "Porto" }, { city: "Oslo", wish: "swimming" }] },
	"parallelism/config/launch.yml": { city: "Granada" },
	"parallelism/config/list.yml": { city: "Ghent" },
	"peering/config/newsroom.yml": {
		town: { stories: ["the bridge"], peer: "sport", question: "who walks over the bridge on match days" },
		sport: { stories: ["the derby"] },
	},
	"research_paper_analysis/config/analysis.yml": { paper: "A Hole in the Fence\n\n## Abstract\nHoles help." },
	"rlm/config/rlm.yml": {
		question: "What of the blue toolbox?",
		text: "Pea soup. ".repeat(80),
		window: 500,
		max_depth: 1,
	},
	"story_writer/config/story.yml": { idea: "A bell.", chapters: 1 },
	"support_triage/config/triage.json": { reader: "Ms Okafor", message: "I am charged 4.20. My card is blocked!" },
	"tool_loop/config/machine.yml": { place: "Lisbon", most: 8 },
	"writer_critic/config/machine.yml": { object: "a clay bowl", target_score: 8, max_rounds: 4 },
};

/** Examples that need something else than a mock model to run; tests of their own run them. */
const runElsewhere = ["coding_agent_cli", "distributed_worker", "openai_agents", "scheduler"];

/** Machines that name a module beside their folder, which a bundle may do only where its caller allows it. */
const namesCodeOutside: readonly string[] = ["openai_agents/config/desk.yml"];

function isMachine(file: string): boolean {
	try {
		compileFile(file);
		return true;
	} catch {
		return false;
	}
}

/** A copy of an example in another folder, with the modules beside its machines. */
async function copied(file: string, parent: string): Promise<string> {
	const copy = join(parent, "somewhere", file);
	const [example = ""] = file.split("/");
	await cp(join(examples, example), join(parent, "somewhere", example), { recursive: true });
	return copy;
}

/** The mock model's answers of an example. */
function scriptOf(example: string): string {
	const files = ["model.yml", "model.mjs"].map((name) => join(example, name));
	const file = files.find((file) => existsSync(file));
	if (file === undefined) throw new Error(`no answers in ${example}`);
	return file;
}

function textOf({ set, plan }: Compiled): string {
	const text = set.configText(plan.id);
	if (text === undefined) throw new Error(`no configuration of ${plan.id}`);
	return text;
}

/** Everything that was compiled, with the files' names as they are in a bundle. */
function contentOf({ plans, set }: Compiled, dir: string): unknown {
	const all = [...plans.values()].map((plan) => ({ plan, config: set.built(plan.id).config }));
	return JSON.parse(JSON.stringify(all).replaceAll(`${dir}/`, ""));
}

test("there is a run for every machine that an example starts", () => {
	expect(machines).toEqual(expect.arrayContaining(Object.keys(runs)));
	const folders = new Set(machines.map((file) => file.split("/")[0]));
	expect(new Set([...Object.keys(runs).map((file) => file.split("/")[0]), ...runElsewhere])).toEqual(folders);
});

describe.each(machines)("%s", (file) => {
	test("compiles to the same from its bundle when its files are gone, and to the same bundle again", async () => {
		await using folder = await temporaryFolder();
		const copy = await copied(file, folder.path);
		const dir = dirname(copy);
		const fromFiles = compileFile(copy);
		const text = textOf(fromFiles);
		await rm(dir, { recursive: true });
		expect(existsSync(copy)).toBe(false);

		const confine = !namesCodeOutside.includes(file);
		const fromBundle = compileBundle(text, { dir, confine });
		expect(contentOf(fromBundle, dir)).toEqual(contentOf(fromFiles, dir));
		expect(fromBundle.diagnostics.map(({ code }) => code)).toEqual(fromFiles.diagnostics.map(({ code }) => code));
		expect(textOf(fromBundle)).toBe(text);
		expect([...fromBundle.plans.keys()]).toEqual([...compileBundle(text, { confine }).plans.keys()]);
	});

	test("has the same hash wherever it lies, and its children have, too", async () => {
		await using here = await temporaryFolder();
		await using there = await temporaryFolder();
		const [one, other] = [compileFile(await copied(file, here.path)), compileFile(await copied(file, there.path))];
		const hashes = ({ plans, set }: Compiled) =>
			Object.fromEntries([...plans.keys()].map((id) => [set.portableId(id), configHash(set.configText(id) ?? "")]));
		expect(hashes(other)).toEqual(hashes(one));
		expect(new Set(Object.values(hashes(one))).size).toBe(one.plans.size);
	});

	test("is a machine document for those that know nothing of bundles", () => {
		const document: unknown = JSON.parse(textOf(compileFile(join(examples, file))));
		expect(document).toMatchObject({ spec: "flatmachine", data: { states: expect.anything() } });
	});
});

test.each(Object.entries(runs))("%s gives the same output from its bundle", async (file, input) => {
	await using folder = await temporaryFolder();
	const example = join(examples, file.split("/")[0] ?? "");
	const hooksFile = join(example, "hooks.mjs");
	const { default: hooks } = existsSync(hooksFile)
		? await import(pathToFileURL(hooksFile).href)
		: { default: undefined };
	const copy = await copied(file, folder.path);

	const run = async (make: (options: CompileOptions) => Compiled): Promise<unknown> => {
		await using model = await startMockModel({ script: await loadScriptFile(scriptOf(example)) });
		let ids = 0;
		const { set, plan } = make({
			model: "mock/scripted",
			agents: [flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } })],
			newId: () => `run-${++ids}`,
			random: () => 0,
			...(hooks && { hooks }),
		});
		const { status, output, error, state, agentCalls } = await runMachine(set, plan.id, input);
		return { status, output, error: error === undefined ? null : String(error), state, agentCalls };
	};

	let text = "";
	const fromFiles = await run((options) => {
		const compiled = compileFile(copy, options);
		text = textOf(compiled);
		return compiled;
	});
	await rm(dirname(copy), { recursive: true });
	expect(await run((options) => compileBundle(text, options))).toEqual(fromFiles);
	expect(fromFiles).toMatchObject({ error: null });
});

test("a bundle that is given to `compile` is a document whose files are missing, and says so", () => {
	const text = textOf(compileFile(join(examples, "peering/config/newsroom.yml")));
	expect(() => compile(text, { dir: "nowhere" })).toThrow(/desk\.yml/);
});
