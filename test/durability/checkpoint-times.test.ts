/** When a checkpoint was taken: as long as the machine stands there, that is when it came there. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { parseSnapshot } from "../../runtime/checkpoint/machine-snapshot.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

const minute = 60_000;

async function times(store: Store): Promise<Record<string, string>> {
	const keys = await store.persistence.listCheckpoints("x");
	const taken = keys.map(async (key) => {
		const { current_state: state, created_at } = parseSnapshot(
			(await store.persistence.loadCheckpoint(key))?.text ?? "",
			key,
		);
		return [state, created_at.slice(11, 19)];
	});
	return Object.fromEntries(await Promise.all(taken));
}

it("one that is taken again in a later life keeps its time, so that the time between two is that of the state", async () => {
	const store = openMemoryStore();
	let now = Date.parse("2026-03-01T12:00:00Z");
	const document = documentOf(
		`states:
  work: { type: initial, agent: a, transitions: [{ to: ask }] }
  ask: { wait_for: c, transitions: [{ to: again }] }
  again: { agent: a, transitions: [{ to: done }] }
  done: { type: final }`,
		{ use: ["a"] },
	);
	const life = (answers: boolean) =>
		new FlatMachine({
			config: document,
			store,
			now: () => now,
			script: () => {
				now += 10_000;
				if (!answers) throw new Error("no");
				return "yes";
			},
		});
	await life(false).run({}, { executionId: "x" });
	now += minute;
	await life(true).resume("x");
	now += minute;
	// Nobody has sent anything: it parks again.
	await life(true).resume("x");
	now += minute;
	await store.signals.send("c", 1);
	expect(await life(true).resume("x")).toMatchObject({ status: "done" });
	expect(await times(store)).toEqual({ work: "12:00:00", ask: "12:01:20", again: "12:03:20", end: "12:03:30" });
});
