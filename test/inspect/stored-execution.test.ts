import { describe, expect, it } from "vitest";
import type { Store } from "../../runtime/store/store.ts";
import type { InspectedFrame } from "../../src/inspect/protocol.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { startStoredInspector } from "../../src/inspect/stored-inspector.ts";
import { openStore } from "../../src/open-store.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { type Browser, isEnd, isNotice, openBrowser } from "./browser.ts";
import { type InspectedOptions, inspected } from "./inspected.ts";

const worker = `
context: { n: "{{ input.n }}" }
states:
  begin: { type: initial, transitions: [{ to: work }] }
  work: { agent: w, input: { n: "{{ context.n }}" }, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: end }] }
  end: { type: final, output: { said: "{{ context.said }}" } }
`;

/** Every way to go on: states without effects before, between and behind others; children; what is launched. */
const machine = `
machines: { worker: ./worker.yml }
context: { topic: "{{ input.topic }}", title: null, all: null }
states:
  start: { type: initial, transitions: [{ condition: "context.topic == 'x'", to: done }, { to: again }] }
  again: { transitions: [{ to: write }] }
  write: { agent: w, input: { topic: "{{ context.topic }}" }, output_to_context: { title: "{{ output.content }}" }, transitions: [{ to: choose }] }
  choose: { transitions: [{ condition: "context.title == 'hello'", to: fan }, { to: done }] }
  fan: { foreach: "{{ [1, 2, 3] }}", as: n, machine: worker, input: { n: "{{ n }}" }, output_to_context: { all: output }, transitions: [{ to: away }] }
  away: { launch: worker, launch_input: { n: 9 }, transitions: [{ to: last }] }
  last: { agent: w, output_to_context: { end: "{{ output.content }}" }, type: final, output: { title: "{{ context.title }}" } }
  done: { type: final, output: { nothing: "{{ context.topic }}" } }
`;

const answer = { content: "hello", cost: 0.5, rendered_user_prompt: "Write about tea.", usage: { api_calls: 1 } };

type Frame = Omit<InspectedFrame, "seq" | "at" | "actor">;

interface Shown {
	readonly frames: Readonly<Record<string, readonly Frame[]>>;
	readonly calls: unknown[];
	readonly machines: unknown[];
}

/** What a browser shows, by executions, without what is of the moment: ids, numbers and times. */
function shownIn(browser: Browser): Shown {
	const executions = new Map(
		browser.actors().flatMap(({ id, executionId }) => (executionId ? [[id, executionId]] : [])),
	);
	const frames: Record<string, Frame[]> = {};
	for (const { actor, state, step, context, changed, cost, agentCalls } of browser.frames()) {
		const id = executions.get(actor) ?? actor;
		frames[id] ??= [];
		frames[id].push({ state, step, context, changed, cost, agentCalls });
	}
	const calls = browser
		.calls()
		.map(({ actor, agent, state, input, answer, prompt, cost, error }) =>
			JSON.stringify([executions.get(actor), agent, state, input, answer, prompt, cost, error]),
		);
	const machines = browser
		.actors()
		.filter(({ kind }) => kind === "machine")
		.map(({ id, name, executionId, parent, machine: of, state, status, output }) => ({
			name,
			executionId: executionId ?? id,
			parent: parent === null ? null : (executions.get(parent) ?? parent),
			of,
			state,
			status,
			output,
		}));
	return { frames, calls: calls.sort(), machines: machines.sort((a, b) => (a.executionId < b.executionId ? -1 : 1)) };
}

async function bothOf(data: string, options: InspectedOptions, input: Record<string, unknown> = { topic: "tea" }) {
	await using store = await openStore("memory:");
	let id = 0;
	await using watched = await inspected(data, { ...options, store, newId: () => `id-${++id}` });
	await using live = await openBrowser(watched.inspector.url);
	await watched.run(input, { awaitSignals: false, awaitTimeouts: false });
	await live.until(isEnd);
	await using stored = await startStoredInspector("run-1", optionsFor(store));
	await using browser = await openBrowser(stored.url);
	await browser.until(isEnd);
	return { live, browser };
}

function optionsFor(store: Store) {
	return { store, machines: new StoredMachines(store, {}), redaction: createRedaction({ environment: {} }) };
}

describe("a stored execution", () => {
	it("shows the frames, calls and machines of the live run, children and launched ones too", async () => {
		const { live, browser } = await bothOf(machine, {
			use: ["w"],
			files: { "worker.yml": worker },
			script: { w: answer },
		});
		const shown = shownIn(browser);
		expect(shown).toEqual(shownIn(live));
		expect(shown.frames["run-1"]?.map(({ state }) => state)).toEqual([
			"start",
			"again",
			"write",
			"choose",
			"fan",
			"away",
			"last",
			"last",
		]);
		expect(Object.keys(shown.frames)).toHaveLength(5);
		expect(shown.calls).toHaveLength(6);
		expect(await browser.until(isEnd)).toEqual(await live.until(isEnd));
	});

	it("calls children as the live run does: by the keys of a foreach, by their names in a list, in their order", async () => {
		const family = `
machines: { one: ./worker.yml, two: ./worker.yml }
states:
  start: { type: initial, foreach: "{{ ['Oslo', 'Graz', 'Bern', 'Bonn'] }}", as: n, key: "{{ n }}", machine: one, input: { n: "{{ n }}" }, transitions: [{ to: both }] }
  both: { machine: [two, one], input: { n: 1 }, transitions: [{ to: done }] }
  done: { type: final }
`;
		const { live, browser } = await bothOf(family, {
			use: ["w"],
			files: { "worker.yml": worker },
			script: { w: answer },
		});
		const namesIn = (shown: Browser) =>
			shown.actors().flatMap(({ kind, parent, name }) => (kind === "machine" && parent !== null ? [name] : []));
		expect(namesIn(browser)).toEqual(namesIn(live));
		expect(namesIn(browser).slice(0, 4)).toEqual(["item.Oslo", "item.Graz", "item.Bern", "item.Bonn"]);
		expect(namesIn(browser)).toHaveLength(6);
	});

	it("shows a machine that does nothing at all", async () => {
		const { live, browser } = await bothOf(
			machine,
			{ use: ["w"], files: { "worker.yml": worker }, script: { w: answer } },
			{ topic: "x" },
		);
		expect(shownIn(browser)).toEqual(shownIn(live));
	});
});

describe("what a store has of an execution", () => {
	it("shows one that waits, and on which channel", async () => {
		const waits = `
context: { said: null }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: wait }] }
  wait: { wait_for: go, transitions: [{ to: done }] }
  done: { type: final }
`;
		const { live, browser } = await bothOf(waits, { use: ["w"], script: { w: answer } });
		expect(shownIn(browser)).toEqual(shownIn(live));
		expect(await browser.until(isEnd)).toEqual({ type: "end", status: "waiting", channel: "go" });
		expect(browser.actors()).toContainEqual(
			expect.objectContaining({ status: "waiting", state: "wait", channel: "go" }),
		);
	});

	it("shows one that has failed, up to where it failed, with its error", async () => {
		const fails = `
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, transitions: [{ to: done }] }
  done: { type: final }
`;
		const { live, browser } = await bothOf(fails, { use: ["w"], script: { w: { throw: "TypeError: no" } } });
		expect(shownIn(browser).frames).toEqual(shownIn(live).frames);
		expect(await browser.until(isEnd)).toMatchObject({ status: "failed", error: "TypeError: no" });
		expect(browser.calls()).toMatchObject([{ state: "ask", agent: "w", error: "TypeError: no" }]);
	});

	it("shows errors that were routed, hooks that changed the context, and every checkpoint_on alike", async () => {
		const routed = `
context: { tries: 0, note: null }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, input: { note: "{{ context.note }}" }, on_error: rescue, transitions: [{ to: done }] }
  rescue: { agent: w, output_to_context: { note: "{{ output.content }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { note: "{{ context.note }}" } }
`;
		const hooks = {
			onStateEnter: (state: string, context: Record<string, unknown>) =>
				state === "ask" ? { ...context, note: "hooked" } : context,
		};
		const script = { w: [{ throw: "TypeError: no" }, { content: "yes", usage: { api_calls: 1 } }] };
		const every = "\npersistence: { checkpoint_on: [machine_start, state_enter, execute, state_exit, machine_end] }";
		for (const data of [routed, routed + every]) {
			const { live, browser } = await bothOf(data, { use: ["w"], script, hooks });
			const shown = shownIn(browser);
			expect(shown.frames["run-1"]?.map(({ state, step }) => [state, step])).toEqual([
				["start", 1],
				["ask", 2],
				["rescue", 3],
				["done", 4],
			]);
			expect(shown).toEqual(shownIn(live));
			expect(browser.calls().map(({ state, input }) => [state, input])).toEqual([
				["ask", { note: "hooked" }],
				["rescue", {}],
			]);
		}
	});

	it("refuses to steer it, and says why", async () => {
		await using store = await openStore("memory:");
		await using watched = await inspected(machine, {
			use: ["w"],
			files: { "worker.yml": worker },
			script: { w: answer },
			store,
		});
		await watched.run({ topic: "x" });
		await using stored = await startStoredInspector("run-1", optionsFor(store));
		await using browser = await openBrowser(stored.url);
		browser.send({ type: "continue" });
		expect(await browser.until(isNotice)).toMatchObject({
			level: "error",
			text: expect.stringContaining("nothing runs"),
		});
	});

	it("is shown by its checkpoints alone where its configuration is gone", async () => {
		await using store = await openStore("memory:");
		await using watched = await inspected(machine, {
			use: ["w"],
			files: { "worker.yml": worker },
			script: { w: answer },
			store,
		});
		await watched.run({ topic: "tea" });
		const forgetful = { ...store, configs: { ...store.configs, get: async () => null } };
		await using stored = await startStoredInspector("run-1", optionsFor(forgetful));
		await using browser = await openBrowser(stored.url);
		await browser.until(isEnd);
		expect(shownIn(browser).frames["run-1"]?.map(({ state }) => state)).toEqual([
			"write",
			"fan",
			"away",
			"last",
			"last",
		]);
	});

	it("must be there", async () => {
		await using store = await openStore("memory:");
		await expect(startStoredInspector("nobody", optionsFor(store))).rejects.toMatchObject({
			code: "unknown_execution",
		});
	});
});
