/** The example `gepa_self_optimizer`: scores go up, the front is the Pareto front, and the budget is kept. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { loadScriptFile, startMockModel } from "../../adapters/mock-model/index.ts";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { root } from "../build-package.ts";
import { exampleMachine } from "./example-machine.ts";

const folder = join(root, "examples/gepa_self_optimizer");
const { paretoFront } = await import(pathToFileURL(join(folder, "hooks.mjs")).href);
const cases: { text: string; wanted: string }[] = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
const input = { prompt: "Answer.", cases, budget: 200, seed: 1 };

interface Evolved {
	readonly population: {
		readonly prompt: string;
		readonly parent: number | null;
		readonly scores: readonly number[];
	}[];
	readonly front: readonly number[];
	readonly best: number;
	readonly spent: number;
}

/** With the example's own mock model, whose scores follow from the prompts. */
async function evolve(options: { readonly seed: number; readonly budget?: number }) {
	await using model = await startMockModel({ script: await loadScriptFile(join(folder, "model.mjs")) });
	const agents = [flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } })];
	const machine = await exampleMachine("gepa_self_optimizer", "evolution.yml", { agents, model: "mock/scripted" });
	const output = await machine.execute({ ...input, ...options });
	return { evolved: evolvedOf(output), requests: model.requests };
}

async function evolveScripted(script: AgentScript, overrides: Readonly<Record<string, unknown>> = {}) {
	const machine = await exampleMachine("gepa_self_optimizer", "evolution.yml", { script });
	return evolvedOf(await machine.execute({ ...input, ...overrides }));
}

function evolvedOf(output: unknown): Evolved {
	expect(output).toMatchObject({ population: expect.any(Array), front: expect.any(Array), spent: expect.any(Number) });
	return Object(output);
}

const sum = (numbers: readonly number[] = []) => numbers.reduce((total, number) => total + number, 0);

describe.each([1, 2, 3, 4])("with the seed %i", (seed) => {
	test("scores go up, and every prompt is better than its parent somewhere", async () => {
		const { evolved, requests } = await evolve({ seed });
		const { population, best, spent } = evolved;
		expect(sum(population[best]?.scores)).toBeGreaterThan(sum(population[0]?.scores) + 4);
		expect(sum(population[best]?.scores)).toBe(Math.max(...population.map(({ scores }) => sum(scores))));
		for (const { parent, scores } of population.slice(1)) {
			const before = population[parent ?? -1]?.scores ?? [];
			expect(scores.some((score, at) => score > (before[at] ?? 1))).toBe(true);
		}
		expect(spent).toBeLessThanOrEqual(input.budget);
		const trials = requests.filter(({ body }) => !JSON.stringify(body.messages).includes("You improve the prompt"));
		expect(trials).toHaveLength(spent);
	});
});

test("the same seed gives the same evolution, another one another", async () => {
	const first = await evolve({ seed: 7 });
	expect((await evolve({ seed: 7 })).evolved).toEqual(first.evolved);
	expect((await evolve({ seed: 8 })).evolved).not.toEqual(first.evolved);
});

test("prompts that are good at different cases stay together on the front", async () => {
	const { evolved } = await evolve({ seed: 1, budget: 60 });
	expect(evolved.front.length).toBeGreaterThan(1);
	expect(evolved.front).toEqual(paretoFront(evolved.population));
});

test("the front has exactly those that no other beats or equals on every case, and of equals the first", () => {
	const scores = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 });
	fc.assert(
		fc.property(fc.array(scores, { minLength: 1, maxLength: 6 }), (all) => {
			const front: number[] = paretoFront(all.map((scores) => ({ scores })));
			const atLeast = (one: readonly number[], other: readonly number[]) =>
				one.every((score, at) => score >= (other[at] ?? 0));
			for (const [index, one] of all.entries()) {
				const cover = front.filter((kept) => atLeast(all[kept] ?? [], one));
				// Everything is covered by something that was kept, and what was kept by itself alone.
				if (front.includes(index)) expect(cover).toEqual([index]);
				else expect(cover.length).toBeGreaterThan(0);
				const twin = all.findIndex((other) => String(other) === String(one));
				if (twin < index) expect(front).not.toContain(index);
			}
		}),
	);
});

test("a child that is no better on its batch is never tried on everything", async () => {
	const evolved = await evolveScripted({ worker: "No idea.", reflector: { prompt: "Think hard." } }, { budget: 40 });
	expect(evolved.population).toHaveLength(1);
	// Ten cases once, then batches of three as long as the budget has one.
	expect(evolved.spent).toBe(10 + 3 * 10);
});

test("a perfect prompt ends it at once", async () => {
	const answers = new Map(cases.map(({ text, wanted }) => [text, wanted]));
	const evolved = await evolveScripted({ worker: ({ input }) => answers.get(String(input.text)), reflector: [] });
	expect(evolved).toMatchObject({ best: 0, front: [0], spent: 10 });
});

test("what was found is kept where the reflector fails, and a failing worker is a wrong answer", async () => {
	const noKey = { error: { code: "auth_error", message: "no key" } };
	const evolved = await evolveScripted({ worker: noKey, reflector: noKey });
	expect(evolved.population).toMatchObject([{ prompt: "Answer.", scores: Array(10).fill(0) }]);
});
