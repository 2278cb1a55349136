import { describe, expect, it } from "vitest";
import { isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const worker = `
context: { n: "{{ input.n }}" }
states:
  begin: { type: initial, transitions: [{ to: work }] }
  work: { agent: w, input: { n: "{{ context.n }}" }, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: end }] }
  end: { type: final, output: { said: "{{ context.said }}" } }
`;

const machine = `
machines: { worker: ./worker.yml }
context: { topic: "{{ input.topic }}", title: null, all: null }
states:
  start: { type: initial, transitions: [{ to: write }] }
  write: { agent: w, input: { topic: "{{ context.topic }}" }, output_to_context: { title: "{{ output.content }}" }, transitions: [{ to: fan }] }
  fan: { foreach: "{{ [1, 2, 3] }}", as: n, machine: worker, input: { n: "{{ n }}" }, output_to_context: { all: output }, transitions: [{ to: done }] }
  done: { type: final, output: { title: "{{ context.title }}" } }
`;

const answer = { content: "hello", cost: 0.5, rendered_user_prompt: "Write about tea.", usage: { api_calls: 1 } };

function start() {
	return inspected(machine, { use: ["w"], files: { "worker.yml": worker }, script: { w: answer } });
}

describe("a run that is watched", () => {
	it("shows each state that a machine enters, with its context and what has changed", async () => {
		await using watched = await start();
		await using browser = await openBrowser(watched.inspector.url);
		await watched.run({ topic: "tea" });
		await browser.until(isEnd);
		const [root] = browser.actors().filter(({ parent }) => parent === null);
		const frames = browser.frames().filter(({ actor }) => actor === root?.id);
		expect(
			frames.map(({ state, step, changed, cost, agentCalls }) => [state, step, changed, cost, agentCalls]),
		).toEqual([
			["start", 1, [], 0, 0],
			["write", 2, [], 0, 0],
			["fan", 3, [["title"]], 0.5, 1],
			["done", 4, [["all"]], 2, 4],
		]);
		expect(frames.at(-1)?.context).toEqual({
			topic: "tea",
			title: "hello",
			all: [{ said: "hello" }, { said: "hello" }, { said: "hello" }],
		});
		expect(browser.frames().map(({ seq }) => seq)).toEqual(browser.frames().map((_, index) => index));
	});

	it("shows children below their machines, and how they ended", async () => {
		await using watched = await start();
		await using browser = await openBrowser(watched.inspector.url);
		await watched.run({ topic: "tea" });
		await browser.until(isEnd);
		const actors = browser.actors();
		const [root] = actors.filter(({ parent }) => parent === null);
		const children = actors.filter(({ parent, kind }) => parent === root?.id && kind === "machine");
		expect(root).toMatchObject({
			name: "test",
			kind: "machine",
			executionId: "run-1",
			status: "done",
			state: "done",
			output: { title: "hello" },
		});
		expect(children.map(({ name, status, state, output, machine: of }) => [name, status, state, output, of])).toEqual(
			["item.0", "item.1", "item.2"].map((name) => [name, "done", "end", { said: "hello" }, "worker.yml"]),
		);
		const agents = actors.filter(({ kind }) => kind === "agent");
		expect(agents.map(({ parent }) => parent)).toEqual([root?.id, ...children.map(({ id }) => id)]);
	});

	it("shows agent calls with their input, prompt, answer and cost", async () => {
		await using watched = await start();
		await using browser = await openBrowser(watched.inspector.url);
		await watched.run({ topic: "tea" });
		await browser.until(isEnd);
		const [first, ...others] = browser.calls();
		expect(first).toMatchObject({
			state: "write",
			agent: "w",
			input: { topic: "tea" },
			prompt: "Write about tea.",
			answer: { content: "hello" },
			cost: 0.5,
		});
		expect(others.map(({ state, input }) => [state, input])).toEqual(["1", "2", "3"].map((n) => ["work", { n }]));
		const starts = browser.messages.filter((message) => message.type === "call" && message.endedAt === undefined);
		expect(starts).toHaveLength(4);
	});

	it("tells everything to whoever comes when it is over", async () => {
		await using watched = await start();
		await using early = await openBrowser(watched.inspector.url);
		await watched.run({ topic: "tea" });
		await early.until(isEnd);
		await using late = await openBrowser(watched.inspector.url);
		expect(await late.until(isEnd)).toEqual({ type: "end", status: "done", output: { title: "hello" } });
		expect(late.frames()).toEqual(early.frames());
		expect(late.actors()).toEqual(early.actors());
		expect(late.calls()).toEqual(early.calls());
	});

	it("tells of hundreds of children in few messages, to whoever comes early or late", async () => {
		const many = machine.replace("[1, 2, 3]", "range(300)");
		await using watched = await inspected(many, { use: ["w"], files: { "worker.yml": worker }, script: { w: answer } });
		await using early = await openBrowser(watched.inspector.url);
		await watched.run({ topic: "tea" });
		await early.until(isEnd);
		await using late = await openBrowser(watched.inspector.url);
		await late.until(isEnd);
		for (const browser of [early, late]) {
			const children = browser.actors().filter(({ kind, parent }) => kind === "machine" && parent !== null);
			expect(children).toHaveLength(300);
			expect(new Set(children.map(({ status }) => status))).toEqual(new Set(["done"]));
			expect(browser.frames()).toHaveLength(4 + 300 * 3);
			expect(browser.calls()).toHaveLength(301);
		}
		expect(late.texts.length).toBeLessThan(20);
	});
});
