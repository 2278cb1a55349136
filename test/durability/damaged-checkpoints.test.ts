/** A latest checkpoint that is damaged: the one before it is gone on from, the log says so, and nothing is done again. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type RecordedCall, scriptedAdapter } from "../../adapters/scripted/index.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import { createLogger } from "../../runtime/logging/logger.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { eachStore } from "../stores/each-store.ts";
import { failingStore } from "./failing-store.ts";
import { withMethods } from "./with-methods.ts";

const { stores, stop } = await eachStore();
afterAll(stop);

const document = documentOf(
	`context: { one: null, two: null, three: null }
states:
  first: { type: initial, agent: a, output_to_context: { one: output.n }, transitions: [{ to: second }] }
  second: { agent: b, output_to_context: { two: output.n }, transitions: [{ to: third }] }
  third: { agent: c, output_to_context: { three: output.n }, transitions: [{ to: end }] }
  end: { type: final, output: { one: context.one, two: context.two, three: context.three } }`,
	{ use: ["a", "b", "c"] },
);

interface Life {
	readonly machine: FlatMachine;
	readonly calls: readonly RecordedCall[];
	readonly lines: readonly string[];
}

function life(store: Store): Life {
	const adapter = scriptedAdapter({ a: { n: 1 }, b: { n: 2 }, c: { n: 3 } });
	const lines: string[] = [];
	const logger = createLogger({ write: (line) => void lines.push(line) });
	const agents = new AgentAdapterRegistry([adapter]);
	return { machine: new FlatMachine({ config: document, store, agents, logger }), calls: adapter.calls, lines };
}

/** An execution that was killed while its third agent was called: three checkpoints, and what the first two gave. */
async function killed(store: Store): Promise<void> {
	const failing = failingStore(store, {
		after: (commits) => commits.some(({ summary }) => summary.status === "done"),
		takesEffect: false,
	});
	const { machine, calls } = life(failing.store);
	expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
	expect(calls).toHaveLength(3);
	expect((await store.persistence.loadExecution("x"))?.latestKey).toBe(latest);
}

const latest = "x/step_000003_execute.json";
const before = "x/step_000002_execute.json";

const damages: readonly (readonly [string, (text: string) => string])[] = [
	["cut off", (text) => text.slice(0, text.length / 2)],
	["empty", () => ""],
	["no JSON", () => "\0\0\0\0"],
	["no mapping", () => "[]"],
	["without its id", (text) => text.replace('"execution_id"', '"execution_ie"')],
	["of another execution", (text) => text.replace('"execution_id":"x"', '"execution_id":"y"')],
	["with a bit that is another one", (text) => text.replace('"event":"execute"', '"event":"eyecute"')],
];

describe.each(stores)("in $name: a latest checkpoint", ({ reason, begin }) => {
	if (reason !== undefined) {
		it.skip(`is not tested: ${reason}`);
		return;
	}

	it.each(damages)("that is %s is passed over for the one before it", async (_damage, damage) => {
		const store = await begin()();
		await killed(store);
		const text = Buffer.from((await store.persistence.load(latest)) ?? []).toString();
		await store.persistence.save(latest, Buffer.from(damage(text)));
		const { machine, calls, lines } = life(store);
		expect(await machine.resume("x")).toMatchObject({ status: "done", output: { one: 1, two: 2, three: 3 }, steps: 4 });
		expect(calls.map(({ agentName }) => agentName)).toEqual(["c"]);
		const told = lines.filter((line) => line.includes(before) && line.includes(latest));
		expect(told).toHaveLength(1);
	});

	it("that has been removed is passed over for the one before it", async () => {
		const store = await begin()();
		await killed(store);
		// In a folder somebody removes the file; `delete` takes back what points to it, too.
		if (store.name.startsWith("file:")) rmSync(join(store.name.slice("file:".length), latest));
		else await store.persistence.delete(latest);
		const { machine, calls } = life(store);
		expect(await machine.resume("x")).toMatchObject({ status: "done", output: { one: 1, two: 2, three: 3 } });
		expect(calls.map(({ agentName }) => agentName)).toEqual(["c"]);
	});

	it("and all before it that are damaged are refused, and the execution stays as it is", async () => {
		const store = await begin()();
		await killed(store);
		for (const key of await store.persistence.listCheckpoints("x")) {
			await store.persistence.save(key, Buffer.from('{"execution_id":'));
		}
		const { machine, calls } = life(store);
		await expect(machine.resume("x")).rejects.toMatchObject({
			code: "corrupt_checkpoint",
			message: `Checkpoint ${latest} cannot be read: it is no JSON.`,
		});
		expect(calls).toEqual([]);
		expect(await store.lock?.holder("x")).toBeNull();
	});

	it("beside a row of the log that cannot be read costs the steps of that row, and no more", async () => {
		const store = await begin()();
		await killed(store);
		await store.persistence.save(latest, Buffer.from("{"));
		const persistence = withMethods(store.persistence, {
			loadLog: async (id, step) => {
				const rows = await store.persistence.loadLog(id, step);
				return rows.map((row) => (row.step === 2 ? { ...row, text: row.text.slice(0, 20) } : row));
			},
		});
		const { machine, calls } = life({ ...store, persistence });
		expect(await machine.resume("x")).toMatchObject({ status: "done", output: { one: 1, two: 2, three: 3 } });
		expect(calls.map(({ agentName }) => agentName)).toEqual(["b", "c"]);
	});
});
