/** What came in time counts, what came too late does not: signals against timers, and actions against timeouts. */
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { readRows } from "../../runtime/checkpoint/log.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { withMethods } from "./with-methods.ts";

describe("a signal", () => {
	const data = `
context: { got: null }
states:
  ask: { type: initial, wait_for: c, timeout: 0.02, on_error: { TimeoutError: late }, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  late: { type: final, output: { late: true } }
  end: { type: final, output: { got: context.got } }`;

	it("that is being taken while the time runs out is not lost to the timer", async () => {
		const store = openMemoryStore();
		let claims = 0;
		const signals = withMethods(store.signals, {
			async claim(channel, executionId) {
				claims += 1;
				if (claims === 1) {
					setImmediate(() => store.signals.send("c", { n: 7 }));
				} else {
					await new Promise((resolve) => setTimeout(resolve, 60));
				}
				return store.signals.claim(channel, executionId);
			},
		});
		// The clock stands still, so that a busy computer is not late already when it begins to wait.
		const machine = new FlatMachine({ config: documentOf(data), store: { ...store, signals }, now: () => 0 });
		const run = machine.run({}, { executionId: "x", awaitSignals: true, awaitTimeouts: true });
		expect(await run).toMatchObject({ status: "done", output: { got: 7 } });
		expect(claims).toBe(2);
		expect(await store.signals.peek("c")).toEqual([]);
	});

	it("of which nobody has told is found when the time is over", async () => {
		const store = openMemoryStore();
		let claims = 0;
		const signals = withMethods(store.signals, {
			notifies: true,
			subscribe: async () => async () => undefined,
			claim(channel, executionId) {
				claims += 1;
				if (claims === 1) setImmediate(() => store.signals.send("c", { n: 8 }));
				return store.signals.claim(channel, executionId);
			},
		});
		// The clock stands still, so that a busy computer is not late already when it begins to wait.
		const machine = new FlatMachine({ config: documentOf(data), store: { ...store, signals }, now: () => 0 });
		const run = machine.run({}, { executionId: "x", awaitSignals: true, awaitTimeouts: true });
		expect(await run).toMatchObject({ status: "done", output: { got: 8 } });
	});
});

describe("an action that ends after its state's time was over", () => {
	it("is in no log: its machine is elsewhere, and what that has finished stays found", async () => {
		const store = openMemoryStore();
		let end: () => void = () => undefined;
		const slow = new Promise<void>((resolve) => {
			end = resolve;
		});
		const data = `
hooks: h
context: {}
states:
  one: { type: initial, action: slow, timeout: 0.01, on_error: two, transitions: [{ to: end }] }
  two: { agent: a, execution: { type: mdap_voting, k_margin: 2, max_candidates: 3 }, transitions: [{ to: three }] }
  three: { wait_for: c, transitions: [{ to: end }] }
  end: { type: final }`;
		const machine = new FlatMachine({
			config: documentOf(data, { use: ["a"] }),
			store,
			hooks: {
				h: {
					async onAction(_action, context) {
						await slow;
						return { ...context, late: true };
					},
				},
			},
			script: {
				async a(_call, { n }) {
					if (n === 1) end();
					await new Promise((resolve) => setTimeout(resolve, 5));
					return { choice: "a" };
				},
			},
		});
		expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "waiting", channel: "c" });
		const rows = await store.persistence.loadLog("x", 0);
		const steps = rows.map(({ step }) => step);
		expect(steps).toEqual([...steps].sort((a, b) => a - b));
		expect(readRows(rows).map(({ key }) => key)).toEqual(["start", "deadline", "agent.a.vote.1", "agent.a.vote.2"]);
		expect(await store.persistence.loadLog("x", 2)).not.toEqual([]);
	});
});
