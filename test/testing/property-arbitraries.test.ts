import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	actionEffectOf,
	childOutputOf,
	errorOf,
	inputOf,
	outputOf,
	signalOf,
	UnknownNameError,
} from "../../src/testing/property/index.ts";
import { agents, machine, review } from "./property-machines.ts";

const sampled = <T>(arbitrary: fc.Arbitrary<T>, numRuns = 300): T[] => fc.sample(arbitrary, { numRuns, seed: 1 });

const everything = machine(`${agents({
	judge:
		"score: { type: int }, share: { type: float }, ok: { type: bool }, text: { type: str }, mood: { type: str, enum: [good, bad] }, " +
		"notes: { type: list, items: { type: object, properties: { page: { type: int }, said: { type: str, required: false } } } }, extra: { type: json, required: false }",
	writer: "",
})}
machines:
  child: { spec: flatmachine, data: { states: { only: { type: initial, output: { size: input.size } } } } }
context: { limit: input.limit, items: input.items, score: null, share: null, size: null, approved: false, done: false }
states:
  judge:
    type: initial
    agent: judge
    output_to_context: { score: output.score, share: output.share, notes: output.notes }
    transitions:
      - { condition: context.score >= 8 and context.share > 0.5, to: ask }
      - { condition: context.limit == 'none', to: write }
      - { to: write }
    on_error: { TimeoutError: write, KeyError: end }
  write: { agent: writer, output_to_context: { text: output.content }, transitions: [{ condition: context.text == 'stop', to: end }, { to: each }] }
  each: { foreach: context.items, as: item, machine: child, input: { size: item }, output_to_context: { sizes: output }, transitions: [{ to: one }] }
  one: { machine: child, input: { size: 1 }, output_to_context: { size: output.size }, transitions: [{ condition: context.size > 3, to: act }, { to: ask }] }
  act: { action: mark, transitions: [{ condition: context.done, to: end }, { to: ask }] }
  ask: { wait_for: approval, timeout: 60, output_to_context: { approved: output.approved }, transitions: [{ condition: context.approved, to: end }, { to: judge }], on_error: end }
  end: { type: final }`);

describe("outputs of an agent", () => {
	const outputs = sampled(outputOf(everything, "judge"));

	it("are what its schema allows: types, enums, items, and fields that need not be there", () => {
		const allowed = ["score", "share", "ok", "text", "mood", "notes", "extra"];
		for (const output of outputs) {
			expect(output).toMatchObject({
				score: expect.any(Number),
				share: expect.any(Number),
				ok: expect.any(Boolean),
				text: expect.any(String),
				mood: expect.stringMatching(/^(?:good|bad)$/),
				notes: expect.any(Array),
			});
			const fields = Object(output);
			expect(Object.keys(fields).filter((key) => !allowed.includes(key))).toEqual([]);
			expect(Number.isInteger(fields.score)).toBe(true);
			expect(Number.isFinite(fields.share)).toBe(true);
			for (const note of fields.notes) {
				expect(Number.isInteger(note.page)).toBe(true);
				expect(["string", "undefined"]).toContain(typeof note.said);
			}
		}
		expect(outputs.some((output) => Object.hasOwn(Object(output), "extra"))).toBe(true);
		expect(outputs.some((output) => !Object.hasOwn(Object(output), "extra"))).toBe(true);
	});

	it("often have the values on both sides of the conditions that they reach", () => {
		const count = (field: string, value: unknown) => outputs.filter((output) => Object(output)[field] === value).length;
		expect(count("score", 8)).toBeGreaterThan(20);
		expect(count("score", 7)).toBeGreaterThan(5);
		const shares = new Set(outputs.map((output) => Object(output).share));
		expect([...shares].some((share) => share > 0.5 && share <= 1)).toBe(true);
		expect([...shares].some((share) => share <= 0.5 && share >= 0)).toBe(true);
	});

	it("are a text where the agent declares none, and then at times the one that a condition asks for", () => {
		const texts = sampled(outputOf(everything, "writer"));
		for (const output of texts) expect(output).toEqual({ content: expect.any(String) });
		expect(texts.filter((output) => Object(output).content === "stop").length).toBeGreaterThan(20);
	});

	it("are plain JSON that comes back as it went", () => {
		for (const output of outputs) expect(JSON.parse(JSON.stringify(output))).toEqual(output);
	});
});

it("makes inputs of the keys that the machine reads, with the values that its conditions ask for", () => {
	const inputs = sampled(inputOf(everything));
	for (const input of inputs) expect(Object.keys(input).filter((key) => !["limit", "items"].includes(key))).toEqual([]);
	expect(inputs.filter(({ limit }) => limit === "none").length).toBeGreaterThan(20);
	expect(inputs.filter(({ limit }) => limit !== "none").length).toBeGreaterThan(20);
	expect(inputs.some(({ items }) => Array.isArray(items) && items.length > 1)).toBe(true);
});

it("makes an empty input for a machine that reads none", () => {
	const compiled = machine("states:\n  start: { type: initial, transitions: [{ to: done }] }\n  done: { type: final }");
	expect(sampled(inputOf(compiled), 5)).toEqual([{}, {}, {}, {}, {}]);
});

it("makes outputs of children, effects of actions, signals and errors on both sides of what they decide", () => {
	const sizes = sampled(childOutputOf(everything, "child")).map((output) => Object(output).size);
	expect(sizes.some((size) => size > 3)).toBe(true);
	expect(sizes.some((size) => size <= 3)).toBe(true);
	const effects = sampled(actionEffectOf(everything, "mark")).map(({ done }) => Boolean(done));
	expect(new Set(effects)).toEqual(new Set([true, false]));
	const signals = sampled(signalOf(everything, "ask")).map((data) => Boolean(Object(data).approved));
	expect(new Set(signals)).toEqual(new Set([true, false]));
	expect(new Set(sampled(errorOf(everything, "judge")))).toEqual(new Set(["TimeoutError", "KeyError", "Error"]));
});

it("is the same for the same seed", () => {
	const outputs = () => fc.sample(outputOf(machine(review), "judge"), { seed: 7, numRuns: 50 });
	expect(outputs()).toEqual(outputs());
});

it.each([
	["an agent", () => outputOf(everything, "juge"), "did you mean `judge`?"],
	["a machine", () => childOutputOf(everything, "childe"), "did you mean `child`?"],
	["an action", () => actionEffectOf(everything, "amrk"), "did you mean `mark`?"],
	["a wait", () => signalOf(everything, "aks"), "did you mean `ask`?"],
	["a state", () => errorOf(everything, "jugde"), "did you mean `judge`?"],
])("refuses the name of %s that the machine does not have", (_what, make, suggestion) => {
	expect(make).toThrow(UnknownNameError);
	expect(make).toThrow(suggestion);
});
