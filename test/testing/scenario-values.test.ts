/** The file of `flatstate test --scenarios`: values in the words of scenarios, whole scenarios, and what is wrong in it. */
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { InvalidScenarioError } from "../../src/testing/scenario/errors.ts";
import { readValues } from "../../src/testing/scenario/read-values.ts";
import { strangersIn } from "../../src/testing/scenario/value-strangers.ts";

test("answers become what templates see, and scenarios are read whole", () => {
	const { extra, scenarios } = readValues(`
inputs: [{ topic: tea }, {}]
agents:
  writer: [hello, { output: [1] }, { score: 7.5 }, 3]
machines: { child: [{ output: null }] }
actions: { act: [{ set: { done: true } }] }
waits: { approve: [{ data: { ok: true } }, { data: null }] }
scenarios:
  - scenario: mine
    machine: ./machine.yml
    agents: { writer: [hello] }
`);
	expect(extra).toEqual({
		inputs: [{ topic: "tea" }, {}],
		agents: { writer: [{ content: "hello" }, [1], { score: 7.5 }, { content: "3" }] },
		machines: { child: [null] },
		actions: { act: [{ done: true }] },
		waits: { approve: [{ ok: true }, null] },
	});
	expect(scenarios).toEqual([
		{
			machine: "./machine.yml",
			scenario: { name: "mine", input: {}, agents: { writer: ["hello"] }, machines: {}, actions: {}, waits: {} },
		},
	]);
});

test("what is wrong is said with its place and what to write", () => {
	const text = `
input: { topic: tea }
inputs: [tea]
agents: { writer: [{ throw: "Oops: no" }, { error: { code: rate_limit } }] }
machines: { child: [{ throw: x }] }
waits: { approve: [{ timeout: true }] }
scenarios: [{ path: [a] }]
`;
	try {
		readValues(text, "values.yml");
		expect.unreachable();
	} catch (error) {
		if (!(error instanceof InvalidScenarioError)) throw error;
		expect(error.problems).toEqual([
			"values.yml:2:1 `input` is unknown; known are inputs, agents, machines, actions, waits, scenarios.",
			"values.yml:3:10 `inputs[0]` must be a map, got a text.",
			"values.yml:4:20 `agents.writer[0]` is an error: those that `on_error` names and conditions ask for are tried anyway. Write others in whole scenarios.",
			"values.yml:4:43 `agents.writer[1]` is an error: those that `on_error` names and conditions ask for are tried anyway. Write others in whole scenarios.",
			"values.yml:5:21 `machines.child[0]` is an error: those that `on_error` names and conditions ask for are tried anyway. Write others in whole scenarios.",
			"values.yml:6:20 `waits.approve[0]` needs `data`: that no signal comes in time is tried anyway.",
			"values.yml:7:13 `scenarios[0]` needs a name: begin with `scenario: NAME`.",
		]);
	}
});

test("names that no machine has are told, with the one that was meant", () => {
	const { plan } = compile(`
spec: flatmachine
spec_version: "4.2.1"
data:
  agents: { writer: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
  states:
    write: { type: initial, agent: writer, transitions: [{ to: approve }] }
    approve: { wait_for: approval, transitions: [{ to: done }] }
    done: { type: final }
`);
	const { extra } = readValues(`
agents: { wirter: [hello], writer: [hello], painter: [red] }
machines: { child: [{ output: 1 }] }
waits: { write: [{ data: 1 }], approve: [{ data: 1 }] }
`);
	expect(strangersIn(extra, [plan])).toEqual([
		"no machine has an agent `wirter`: did you mean `writer`?",
		"no machine has an agent `painter`; known are `writer`.",
		"no machine has a child machine `child`: there is none.",
		"no machine has a state that waits and is called `write`; known are `approve`.",
	]);
});
