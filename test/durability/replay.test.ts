/** Replaying an execution in a program: from what is recorded, with the machine as it is now. */
import { describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { cloneExecution } from "../../runtime/checkpoint/clone-snapshot.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

const agent = { spec: "flatagent", data: { model: { provider: "openai", name: "m" }, user: "{{ input.n }}" } };

/** Asks two agents, one after the other; `next` is where the first one's state leads. */
function machineIn(store: Store | null, next: string, script: AgentScript): FlatMachine {
	return new FlatMachine({
		store,
		script,
		config: {
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				name: "two",
				context: { a: null, b: null },
				agents: { asked: agent },
				states: {
					first: {
						type: "initial",
						agent: "asked",
						input: { n: 1 },
						output_to_context: { a: "output.content" },
						transitions: [{ to: next }],
					},
					second: {
						agent: "asked",
						input: { n: 2 },
						output_to_context: { b: "output.content" },
						transitions: [{ to: "end" }],
					},
					end: { type: "final", output: { both: "{{ context.a }} {{ context.b }}" } },
					other: { agent: "asked", input: { n: 3 }, transitions: [{ to: "end" }] },
				},
			},
		},
	});
}

/** A store with one execution, `x`, that is done. */
async function recorded(): Promise<Store> {
	const store = openMemoryStore();
	const answers = ["one", "two"];
	const result = await machineIn(store, "second", () => answers.shift() ?? "none").run({}, { executionId: "x" });
	expect(result).toMatchObject({ status: "done", output: { both: "one two" } });
	return store;
}

function noCall(): never {
	throw new Error("a replay makes no call");
}

describe("FlatMachine.replay", () => {
	it("goes the recorded way again without a call, and stores nothing", async () => {
		const store = await recorded();
		const before = await store.persistence.loadExecution("x");
		const report = await machineIn(store, "second", noCall).replay("x");
		expect(report).toMatchObject({ executionId: "x", difference: null, until: "ended" });
		expect(report.compared).toBeGreaterThan(1);
		expect(await store.persistence.loadExecution("x")).toEqual(before);
	});

	it("begins at a step where that is asked for, and compares only what follows", async () => {
		const machine = machineIn(await recorded(), "second", noCall);
		const [whole, part] = [await machine.replay("x"), await machine.replay("x", { from: 2 })];
		expect(part).toMatchObject({ difference: null, until: "ended", lastStep: whole.lastStep });
		expect(part.compared).toBeLessThan(whole.compared);
		await expect(machine.replay("x", { from: 99 })).rejects.toMatchObject({ code: "unknown_step" });
	});

	it("begins where its record does: at a fork's first checkpoint, or that of an imported snapshot", async () => {
		const store = await recorded();
		const { persistence } = store;
		const key = "x/step_000002_execute.json";
		await cloneExecution(persistence, "x", "forked", { now: () => 0, key });
		const text = (await persistence.loadCheckpoint(key))?.text ?? "";
		const imported = JSON.stringify({ ...JSON.parse(text), execution_id: "imported" });
		const importedKey = key.replace("x/", "imported/");
		await persistence.save(importedKey, Buffer.from(imported));
		await persistence.save("imported/latest", Buffer.from(importedKey));
		const untouched = await machineIn(store, "second", noCall).replay("imported");
		expect(untouched).toMatchObject({ difference: null, until: "recording", compared: 1 });

		for (const id of ["forked", "imported"]) {
			const machine = machineIn(store, "second", () => "two");
			expect(await machine.resume(id)).toMatchObject({ status: "done", output: { both: "one two" } });
			const report = await machineIn(store, "second", noCall).replay(id);
			expect(report).toMatchObject({ executionId: id, difference: null, until: "ended", compared: 1 });
			const changed = await machineIn(store, "second", noCall).replay(id, { from: 2 });
			expect(changed).toEqual(report);
		}
	});

	it("says where the machine as it is now goes another way", async () => {
		const report = await machineIn(await recorded(), "other", noCall).replay("x");
		expect(report.difference).toMatchObject({ kind: "path", recorded: "second", replayed: "other" });
	});

	it("knows no execution that is not in the store, and none without a store", async () => {
		const unknown = { code: "unknown_execution" };
		await expect(machineIn(await recorded(), "second", noCall).replay("nobody")).rejects.toMatchObject(unknown);
		await expect(machineIn(null, "second", noCall).replay("x")).rejects.toMatchObject(unknown);
	});
});
