import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

/** A machine that starts itself twice, each of which does so again: 2^100 machines within the default depth. */
const doubling = (state: string) =>
	memoryLoader({
		"/self.yml": `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: self
  machines: { me: ./self.yml, you: ./self.yml }
  states:
    start: { type: initial, ${state}, on_error: done, transitions: [{ to: done }] }
    done: { type: final }
`,
	});

describe("a machine that starts itself twice", () => {
	const aborted = { status: "stopped", reason: "aborted" };

	it.each([
		["foreach", "foreach: [1, 2], machine: me", aborted],
		["a list of machines", "machine: [me, you]", aborted],
		// The machine itself has ended by then, and waits for what it launched.
		["launch", "launch: [me, you]", { status: "done" }],
	])("by %s leaves the event loop its turns and can be aborted", async (_, state, end) => {
		const machine = new FlatMachine({ file: "/self.yml", loader: doubling(state) });
		const abort = new AbortController();
		let turns = 0;
		const count = () => {
			turns += 1;
			if (turns < 20) setTimeout(count, 1);
			else abort.abort();
		};
		count();
		expect(await machine.run({}, { signal: abort.signal })).toMatchObject(end);
	});
});

it("the caller's signal has one listener, however many machines are launched", async () => {
	const abort = new AbortController();
	let most = 0;
	const machine = new FlatMachine({
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: launcher
  agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
  machines: { child: { spec: flatmachine, data: { name: child, agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }, states: { only: { agent: a, transitions: [{ to: end }] }, end: { type: final } } } } }
  states:
    start: { type: initial, launch: [child, child, child, child], transitions: [{ to: done }] }
    done: { agent: a, transitions: [{ to: end }] }
    end: { type: final }
`,
		script: {
			a: () => {
				most = Math.max(most, getEventListeners(abort.signal, "abort").length);
				return {};
			},
		},
	});
	expect(await machine.run({}, { signal: abort.signal })).toMatchObject({ status: "done" });
	expect(most).toBe(1);
	expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
});

it("a foreach over very many items lets timers through and keeps their order", async () => {
	const machine = new FlatMachine({
		config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: many
  machines: { child: { spec: flatmachine, data: { name: child, context: { v: input.v }, states: { only: { type: final, output: { v: context.v } } } } } }
  context: { items: input.items, got: null }
  states:
    start: { type: initial, foreach: context.items, machine: child, input: { v: item }, output_to_context: { got: output }, transitions: [{ to: done }] }
    done: { type: final, output: { got: context.got } }
`,
	});
	const items = Array.from({ length: 2000 }, (_, index) => index);
	let turns = 0;
	const timer = setInterval(() => {
		turns += 1;
	}, 1);
	const { output } = await machine.run({ items });
	clearInterval(timer);
	expect(output).toEqual({ got: items.map((v) => ({ v })) });
	expect(turns).toBeGreaterThan(3);
});
