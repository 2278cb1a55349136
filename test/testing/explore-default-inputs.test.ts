/** What `data.context` takes where the input lacks a key is shown by a scenario of its own. */
import { expect, test } from "vitest";
import type { Scenario } from "../../src/testing/scenario/scenario.ts";
import { explored, machine } from "./explored.ts";

async function scenariosOf(context: string, small = "3"): Promise<readonly Scenario[]> {
	const { scenarios } = await explored(
		machine(`
context: ${context}
states:
  start: { type: initial, transitions: [{ condition: context.size == ${small}, to: small }, { to: done }] }
  small: { type: final }
  done: { type: final, output: { tone: context.tone } }`),
		"solved",
	);
	return scenarios;
}

test("a key with a default is left out once", async () => {
	const scenarios = await scenariosOf(`{ size: input.size, tone: '{{ input.tone | default("plain") }}' }`);
	const [one, ...others] = scenarios.filter(({ input }) => !Object.hasOwn(input, "tone"));
	expect(others).toEqual([]);
	expect(one).toMatchObject({ context: { tone: "plain" }, input: { size: expect.anything() } });
	expect(one?.name).toBe("start → done (without input.tone)");
	expect(scenarios).toHaveLength(3);
});

test("several are left out together", async () => {
	const scenarios = await scenariosOf(
		`{ size: '{{ input.size | default(7) }}', tone: '{{ input.tone | default("plain") }}' }`,
		"'3'",
	);
	expect(scenarios.map(({ context }) => context)).toContainEqual({ size: "7", tone: "plain" });
	expect(scenarios.map(({ name }) => name)).toContain("start → done (without input.size, input.tone)");
});

test("keys that are empty without an input are not", async () => {
	expect(await scenariosOf("{ size: input.size, tone: input.tone }")).toHaveLength(2);
	expect(await scenariosOf("{ size: 3, tone: '{{ input.tone }}' }")).toHaveLength(1);
});
