/** What durability costs, in counts: commits, checkpoints, texts and turns of the event loop. */
import { describe, expect, it, vi } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { type RecordingStore, recordingStore } from "./recording-store.ts";
import { withMethods } from "./with-methods.ts";

async function counted(data: string, isSlow = false) {
	const memory = openMemoryStore();
	const slow = withMethods(memory.persistence, {
		commit: (commits, lease) =>
			new Promise<void>((resolve) => {
				setTimeout(() => {
					memory.persistence.commit(commits, lease);
					resolve();
				}, 1);
			}),
	});
	const recording: RecordingStore = recordingStore({ ...memory, ...(isSlow && { persistence: slow }) });
	const machine = new FlatMachine({
		config: documentOf(data, { use: ["a"] }),
		store: recording.store,
		script: { a: ({ context }) => ({ n: Number(context?.n ?? 0) + 1 }) },
	});
	const stringify = vi.spyOn(JSON, "stringify");
	const turns = vi.spyOn(globalThis, "setImmediate");
	const result: RunResult = await machine.run({}, { executionId: "x", maxSteps: 100_000 });
	const counts = {
		commits: recording.commits.length,
		texts: stringify.mock.calls.length,
		turns: turns.mock.calls.length,
		checkpoints: (id: string) => recording.checkpoints.filter(({ key }) => key.startsWith(`${id}/`)).length,
	};
	stringify.mockRestore();
	turns.mockRestore();
	expect(result).toMatchObject({ status: "done" });
	return counts;
}

const loop = (steps: number) => `
context: { n: 0 }
states:
  loop: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ condition: "context.n < ${steps}", to: loop }, { to: end }] }
  end: { type: final }`;

describe("a state with an effect", () => {
	it("costs one commit, three texts and at most one turn of the event loop, however many came before", async () => {
		const few = await counted(loop(20));
		const many = await counted(loop(220));
		expect(many.commits - few.commits).toBe(200);
		expect(many.checkpoints("x") - few.checkpoints("x")).toBe(200);
		expect((many.texts - few.texts) / 200).toBe(3);
		expect((many.turns - few.turns) / 200).toBeLessThanOrEqual(1);
	});

	it("costs no commit where thousands without an effect come between", async () => {
		const pure = `
context: { n: 0 }
states:
  first: { type: initial, agent: a, transitions: [{ to: p0 }] }
${Array.from({ length: 1000 }, (_, index) => `  p${index}: { transitions: [{ to: ${index === 999 ? "last" : `p${index + 1}`} }] }`).join("\n")}
  last: { agent: a, transitions: [{ to: end }] }
  end: { type: final }`;
		// What the first has finished is stored while the others still go on: that is the fourth.
		expect((await counted(pure)).commits).toBe(4);
	});
});

const each = (children: number) => `
machines:
  child:
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      states:
        one: { type: initial, agent: a, transitions: [{ to: end }] }
        end: { type: final }
context: { items: [${Array.from({ length: children }, (_, index) => index).join(", ")}] }
states:
  each: { type: initial, foreach: context.items, as: item, machine: child, transitions: [{ to: end }] }
  end: { type: final }`;

describe("a foreach", () => {
	it.each([
		["done when they return", false],
		["slow", true],
	])("writes its own checkpoint as often for many children as for few, where commits are %s", async (_, isSlow) => {
		const few = await counted(each(10), isSlow);
		const many = await counted(each(200), isSlow);
		expect(many.checkpoints("x")).toBe(few.checkpoints("x"));
		expect(many.commits - few.commits).toBeLessThanOrEqual(2 * 190);
		expect((many.texts - few.texts) / 190).toBeLessThanOrEqual(12);
	});

	it("shares commits among children that go on at the same time", async () => {
		expect((await counted(each(200), true)).commits).toBeLessThan(20);
	});
});
