/** A child that lost a race before a restart is given up with the run, and waits for nothing any more. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { failingStore } from "./failing-store.ts";

const waiting = (channel: string) => `
    spec: flatmachine
    data:
      name: ${channel}
      states:
        ask: { type: initial, wait_for: ${channel}, transitions: [{ to: end }] }
        end: { type: final, output: { got: ${channel} } }`;

const data = `
machines:
  quick:${waiting("quick")}
  slow:${waiting("slow")}
context: { got: null }
states:
  race: { type: initial, machine: [slow, quick], mode: any, output_to_context: { got: output }, transitions: [{ to: last }] }
  last: { wait_for: last, transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got } }`;

function life(store: Store): FlatMachine {
	return new FlatMachine({ config: documentOf(data), store });
}

async function childrenIn({ persistence }: Store): Promise<unknown[]> {
	const rows = await persistence.listExecutions({ parentExecutionId: "x" });
	return rows.map(({ machine_name, status, waiting_channel }) => [machine_name, status, waiting_channel]).sort();
}

it("a loser that waited in an earlier life is stopped when the run comes to rest, and wakes up for no signal", async () => {
	const store = openMemoryStore();
	expect(await life(store).run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
	expect(await childrenIn(store)).toEqual([
		["quick", "waiting", "quick"],
		["slow", "waiting", "slow"],
	]);
	await store.signals.send("quick", null);
	expect(await life(store).resume("x")).toMatchObject({ status: "waiting", channel: "last" });
	expect(await childrenIn(store)).toEqual([
		["quick", "done", null],
		["slow", "stopped", null],
	]);
	await store.signals.send("last", null);
	expect(await life(store).resume("x")).toMatchObject({ status: "done", output: { got: { quick: { got: "quick" } } } });
});

it("a loser is stopped also where the run was killed right after the state was left", async () => {
	for (const takesEffect of [false, true]) {
		for (let after = 0; after < 8; after++) {
			const store = openMemoryStore();
			await life(store).run({}, { executionId: "x" });
			await store.signals.send("quick", null);
			await life(failingStore(store, { after, takesEffect }).store).resume("x");
			await store.signals.send("last", null);
			expect(await life(store).resume("x")).toMatchObject({ status: "done" });
			expect({ takesEffect, after, children: await childrenIn(store) }).toEqual({
				takesEffect,
				after,
				children: [
					["quick", "done", null],
					["slow", "stopped", null],
				],
			});
		}
	}
});
