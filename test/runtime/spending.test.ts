import { expect, test } from "vitest";
import { addSpending, mostRows, readSpending, type Spending } from "../../compiler/xstate/spending.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openStore } from "../../src/open-store.ts";

const config = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: book
  agents: { writer: { type: any }, critic: { type: any } }
  machines:
    chapter:
      spec: flatmachine
      spec_version: "4.2.1"
      data:
        name: chapter
        agents: { writer: { type: any } }
        states:
          write: { type: initial, agent: writer, transitions: [{ to: done }] }
          done: { type: final }
  states:
    plan: { type: initial, agent: writer, transitions: [{ to: judge }] }
    judge:
      agent: critic
      execution: { type: retry, backoffs: [0] }
      transitions: [{ to: write }]
    write: { foreach: [1, 2, 3], machine: chapter, transitions: [{ to: check }] }
    check: { agent: critic, on_error: done, transitions: [{ to: done }] }
    done: { type: final }
`;

const paid = (tokens: number, error?: object) => ({
	content: "x",
	usage: { api_calls: 1, input_tokens: tokens, output_tokens: 1 },
	cost: tokens / 1000,
	...(error && { error }),
});
const wrong = { code: "schema_error", message: "no", retryable: true };

const script = {
	writer: paid(100),
	critic: [paid(10, wrong), paid(10), paid(10, { ...wrong, retryable: false })],
};

const row = (machine: string, name: object, calls: number, tokens: number) => ({
	machine,
	...name,
	calls,
	cost: expect.closeTo(tokens / 1000),
	input_tokens: tokens,
	output_tokens: calls,
	total_tokens: tokens + calls,
});

const agents = [
	row("book", { agent: "writer" }, 1, 100),
	row("book", { agent: "critic" }, 3, 30),
	row("chapter", { agent: "writer" }, 3, 300),
];
const states = [
	row("book", { state: "plan" }, 1, 100),
	row("book", { state: "judge" }, 2, 20),
	row("chapter", { state: "write" }, 3, 300),
	row("book", { state: "check" }, 1, 10),
];

test("a result has what each agent and each state has spent, children and paid failures included", async () => {
	const result = await new FlatMachine({ config, script }).run();
	expect(result).toMatchObject({ status: "done", agentCalls: 7 });
	expect(result.agents).toEqual(agents);
	expect(result.states).toEqual(states);
});

test("what an earlier life has spent is in the result of the next", async () => {
	const store = await openStore("memory:");
	const machine = new FlatMachine({ config, script, store });
	const first = await machine.run({}, { executionId: "e", maxAgentCalls: 2 });
	expect(first).toMatchObject({ status: "stopped", reason: "max_agent_calls" });
	const result = await machine.resume("e", { maxAgentCalls: 100 });
	expect(result.agents).toEqual(agents);
	await store.close();
});

test("a run that spends nothing has no rows", async () => {
	const result = await new FlatMachine({ config, script: { "*": { content: "x", usage: { api_calls: 0 } } } }).run();
	expect([result.agents, result.states]).toEqual([[], []]);
});

const spending = (state: string): Spending => ({
	machine: "m",
	state,
	agent: "a",
	calls: 1,
	cost: 1,
	input_tokens: 1,
	output_tokens: 1,
	total_tokens: 2,
});

test("law: however many states spend, the rows are bounded and their sum is the whole", () => {
	const rows = Array.from({ length: 3 * mostRows }, (_, index) => spending(`s${index}`)).reduce<readonly Spending[]>(
		(sum, one) => addSpending(sum, [one]),
		[],
	);
	expect(rows).toHaveLength(mostRows + 1);
	expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(3 * mostRows);
	expect(rows.at(-1)).toMatchObject({ machine: "", state: "", agent: "", calls: 2 * mostRows });
});

test("rows of a store are not trusted", () => {
	expect(readSpending([null, 1, { machine: 3, calls: -1, cost: "x" }])).toEqual([
		{ machine: "", state: "", agent: "", calls: 0, cost: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0 },
	]);
	expect(readSpending("rows")).toEqual([]);
});
