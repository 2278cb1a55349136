/** A checkpoint that another program has nested without an end is refused in words, or left out where there is one before it. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { checkpointKey, latestKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";

const config = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: deep
  context: { deep: null }
  states:
    wait: { type: initial, wait_for: go, output_to_context: { said: output }, transitions: [{ to: done }] }
    done: { type: final, output: { deep: context.deep } }
`;

function snapshot(levels: number): string {
	const text = JSON.stringify({
		execution_id: "x",
		machine_name: "deep",
		spec_version: "4.2.1",
		current_state: "wait",
		context: { deep: "DEEP" },
		step: 1,
		created_at: "2026-01-01T00:00:00+00:00",
		event: "waiting",
		waiting_channel: "go",
	});
	return text.replace('"DEEP"', "[".repeat(levels) + "]".repeat(levels));
}

async function save({ persistence }: Store, levels: number): Promise<void> {
	const key = checkpointKey("x", 1, "waiting");
	await persistence.save(key, Buffer.from(snapshot(levels)));
	await persistence.save(latestKey("x"), Buffer.from(key));
}

it.each([6000, 50_000, 1_000_000])("%i levels", async (levels) => {
	const store = openMemoryStore();
	await save(store, levels);
	await store.signals.send("go", 1);
	const machine = new FlatMachine({ config, store });
	await expect(machine.resume("x")).rejects.toThrow(/nested too deep/);
});

it("500 levels are data as any other", async () => {
	const store = openMemoryStore();
	await save(store, 500);
	await store.signals.send("go", 1);
	expect(await new FlatMachine({ config, store }).resume("x")).toMatchObject({ status: "done" });
});
