/** How often the chain of a long tool loop is written: all checkpoints together stay a few times the last one. */
import { expect, it } from "vitest";
import { ToolLoopRecord } from "../../runtime/checkpoint/tool-loop-record.ts";
import type { Checkpoint } from "../../runtime/checkpoint/xstate-snapshot.ts";
import { snapshotOf } from "../stores/contract/samples.ts";

const place = { at: "work", step: 1 };
const checkpoint: Checkpoint = { snapshot: snapshotOf({ id: "e" }), progress: { format: 1, at: "work", run: {} } };

function written(calls: number, characters: number): { readonly times: number; readonly total: number } {
	const record = new ToolLoopRecord();
	let times = 0;
	let total = 0;
	for (let call = 1; call <= calls; call++) {
		record.called(place, { call }, call * characters);
		if (!record.isDue(place)) continue;
		record.addTo(place, checkpoint);
		times += 1;
		total += call * characters;
	}
	return { times, total };
}

it("writes a short chain after each call", () => {
	expect(written(50, 1000).times).toBe(50);
});

it("writes a long one when it has grown by a quarter", () => {
	const { times, total } = written(2000, 10_000);
	expect(times).toBeLessThan(50);
	expect(total).toBeLessThan(7 * 2000 * 10_000);
});

it("knows nothing of a loop at another place", () => {
	const record = new ToolLoopRecord();
	record.called(place, { call: 1 }, 10);
	expect(record.isDue({ at: "work", step: 2 })).toBe(false);
	expect(record.addTo({ at: "other", step: 1 }, checkpoint)).toBe(checkpoint);
	expect(record.addTo(place, checkpoint).snapshot).toMatchObject({ event: "tool_call", tool_loop_state: { call: 1 } });
	expect(record.isDue(place)).toBe(false);
});
