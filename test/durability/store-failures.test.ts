/** What a run does when a part of its store fails: it ends, says why, gives its lease back, and can be resumed. */
import { describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import { HooksRegistry } from "../../runtime/hooks/registry.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine, type FlatMachineOptions } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { withMethods } from "./with-methods.ts";

let ids = 0;

function life(
	store: Store,
	data: string,
	options: {
		readonly script?: AgentScript;
		readonly hooks?: Record<string, MachineHooks>;
		readonly logger?: Logger;
	} = {},
): FlatMachine {
	const common: FlatMachineOptions = { config: documentOf(data, { use: ["a"] }), store, newId: () => `id-${++ids}` };
	return new FlatMachine({ ...common, script: { a: { n: 1 } }, ...options });
}

const nothing = `
states:
  one: { type: initial, transitions: [{ to: end }] }
  end: { type: final }`;

const child = `
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      states:
        one: { type: initial, agent: a, transitions: [{ to: end }] }
        end: { type: final, output: { n: 1 } }`;

async function rowsOf({ persistence }: Store): Promise<[string, string][]> {
	const rows = await persistence.listExecutions();
	return rows.map(({ machine_name, status }): [string, string] => [machine_name, status]).sort();
}

async function rejects(): Promise<never> {
	throw new Error("the disk is gone");
}

function collecting(warnings: string[]): Logger {
	const take = (message: string) => {
		warnings.push(message);
	};
	return { debug: () => undefined, info: () => undefined, warn: take, error: take };
}

describe("a lease", () => {
	it("is given back where the run cannot begin, since the store cannot be read", async () => {
		const store = openMemoryStore();
		const persistence = withMethods(store.persistence, { loadExecution: rejects });
		const run = life({ ...store, persistence }, nothing).run({}, { executionId: "x" });
		await expect(run).rejects.toThrow("the disk is gone");
		expect(await store.lock?.holder("x")).toBeNull();
	});

	it("that cannot be given back does not undo the run, and is told", async () => {
		const store = openMemoryStore();
		const lock = store.lock && withMethods(store.lock, { release: rejects });
		const warnings: string[] = [];
		const machine = life({ ...store, lock }, nothing, { logger: collecting(warnings) });
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "done" });
		expect(warnings).toEqual(["The lease on execution x could not be given back: the disk is gone"]);
	});

	it("that is lost ends the run, also where nobody can be asked who has it now", async () => {
		const store = openMemoryStore();
		const lock = store.lock && withMethods(store.lock, { heartbeatMs: 1, renew: async () => null, holder: rejects });
		const script = { a: () => new Promise<never>(() => undefined) };
		const data = nothing.replace("type: initial", "type: initial, agent: a");
		const run = life({ ...store, lock }, data, { script }).run({}, { executionId: "x" });
		expect(await run).toMatchObject({ status: "failed", error: { code: "lease_lost" } });
	});
});

describe("what the store cannot do for a state", () => {
	it("is no failure of a child that `on_error` could route: the run ends, and goes on later", async () => {
		const data = `${child}
context: {}
states:
  call: { type: initial, machine: child, on_error: oops, transitions: [{ to: end }] }
  oops: { agent: a, transitions: [{ to: end }] }
  end: { type: final, output: { error: context.last_error } }`;
		const store = openMemoryStore();
		let puts = 0;
		const put = (text: string) => (++puts === 2 ? rejects() : store.configs.put(text));
		const failing = { ...store, configs: withMethods(store.configs, { put }) };
		const failed = { status: "failed", error: { code: "store_write_failed" } };
		expect(await life(failing, data).run({}, { executionId: "x" })).toMatchObject(failed);
		expect(await life(store, data).resume("x")).toMatchObject({ status: "done", output: { error: null } });
	});

	it("is no failure of a state that waits", async () => {
		const data = `
states:
  ask: { type: initial, wait_for: c, on_error: end, transitions: [{ to: end }] }
  end: { type: final }`;
		const store = openMemoryStore();
		const signals = withMethods(store.signals, { subscribe: rejects });
		const run = life({ ...store, signals }, data).run({}, { executionId: "x", awaitSignals: true });
		expect(await run).toMatchObject({ status: "failed", error: { code: "store_write_failed" } });
		await store.signals.send("c", null);
		expect(await life(store, data).resume("x")).toMatchObject({ status: "done" });
	});

	it("ends the run where what is to be stored cannot even be put together, instead of the process", async () => {
		const data = `
hooks: h
context: {}
states:
  go: { type: initial, action: go, transitions: [{ to: end }] }
  end: { type: final }`;
		const hooks: Record<string, MachineHooks> = { h: { onAction: (_action, context) => ({ ...context, big: 1n }) } };
		const warn = () => {
			throw new Error("the log is full");
		};
		const logger = { ...collecting([]), warn };
		const run = life(openMemoryStore(), data, { hooks, logger }).run({}, { executionId: "x" });
		expect(await run).toMatchObject({ status: "failed", error: { code: "store_write_failed" } });
	});
});

describe("a launched machine", () => {
	const data = `${child}
context: {}
states:
  go: { type: initial, launch: child, transitions: [{ to: after }] }
  after: { agent: a, transitions: [{ to: end }] }
  end: { type: final }`;

	it("whose store fails at any of its commits is taken up with the execution that launched it", async () => {
		for (let bad = 1; bad <= 2; bad++) {
			const store = openMemoryStore();
			let seen = 0;
			const persistence = withMethods(store.persistence, {
				commit(commits, lease) {
					if (commits[0]?.summary.machine_name === "child" && ++seen === bad) throw new Error("the disk is gone");
					return store.persistence.commit(commits, lease);
				},
			});
			await life({ ...store, persistence }, data).run({}, { executionId: "x" });
			expect(seen).toBe(bad);
			expect(await life(store, data).resume("x")).toMatchObject({ status: "done" });
			expect(await rowsOf(store)).toEqual([
				["child", "done"],
				["test", "done"],
			]);
		}
	});

	it("is in the store before the state that launched it goes on, however late its first effect is", async () => {
		const store = openMemoryStore();
		const hooked = data.replace("      name: child\n", "      name: child\n      hooks: slow\n");
		let isReady: () => void = () => undefined;
		const ready = new Promise<void>((resolve) => {
			isReady = resolve;
		});
		class SlowHooks extends HooksRegistry {
			override async resolve(refs: Parameters<HooksRegistry["resolve"]>[0]): Promise<MachineHooks> {
				await ready;
				return super.resolve(refs);
			}
		}
		const script: AgentScript = {
			a: async ({ state }) => {
				if (state === "after") {
					expect(await rowsOf(store)).toEqual([
						["child", "active"],
						["test", "active"],
					]);
					isReady();
				}
				return { n: 1 };
			},
		};
		const hooks = new SlowHooks().register("slow", { onStateEnter: (_state, context) => context });
		const machine = new FlatMachine({ config: documentOf(hooked, { use: ["a"] }), store, hooks, script });
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "done" });
		expect(await rowsOf(store)).toEqual([
			["child", "done"],
			["test", "done"],
		]);
	});

	it("that was aborted with its run has no result yet, and goes on with it", async () => {
		const store = openMemoryStore();
		const controller = new AbortController();
		let calls = 0;
		const script: AgentScript = {
			a: ({ signal }) =>
				new Promise<never>((_, reject) => {
					signal?.addEventListener("abort", () => reject(signal.reason));
					if (++calls === 2) setImmediate(() => controller.abort());
				}),
		};
		const first = life(store, data, { script }).run({}, { executionId: "x", signal: controller.signal });
		expect(await first).toMatchObject({ status: "stopped", reason: "aborted" });
		const [launched = ""] = await store.persistence.listExecutionIds({ parentExecutionId: "x" });
		expect(await store.results.exists(`flatagents://${launched}/result`)).toBe(false);
		expect(await life(store, data).resume("x")).toMatchObject({ status: "done" });
		expect(await rowsOf(store)).toEqual([
			["child", "done"],
			["test", "done"],
		]);
		expect(await store.results.read(`flatagents://${launched}/result`)).toEqual({ n: 1 });
	});
});
