/** The index of the store in memory finds one execution among many without looking at the others. */
import { expect, it } from "vitest";
import { ExecutionIndex } from "../../adapters/stores/memory/execution-index.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import { sampleTime, summaryOf } from "./contract/samples.ts";

const count = 2000;

/** An index of many executions, and which of them were looked at. */
function watched() {
	const index = new ExecutionIndex();
	const seen = new Set<string>();
	for (let n = 0; n < count; n++) {
		const id = `e${n}`;
		const row = summaryOf({ id, event: "waiting", channel: `c${n % 1000}`, at: sampleTime + n, wakeAt: n });
		const watch: ProxyHandler<ExecutionSummary> = {
			get(target, key, receiver) {
				seen.add(id);
				return Reflect.get(target, key, receiver);
			},
		};
		index.set(new Proxy(row, watch));
	}
	seen.clear();
	return { index, seen };
}

it.each([
	[{ waitingChannel: "c777" }, ["e1777", "e777"]],
	[{ event: "waiting", status: "waiting", waitingChannel: "c777" }, ["e1777", "e777"]],
	[{ event: "waiting", rootExecutionId: "e777" }, ["e777"]],
	[{ status: "waiting", updatedBefore: sampleTime + 2 }, ["e0", "e1"]],
	[{ event: "waiting", wakeBefore: 1 }, ["e0", "e1"]],
	[{ event: "waiting", after: "e998" }, ["e999"]],
	[{ event: "waiting", after: "e5", limit: 2 }, ["e50", "e500"]],
	[{ limit: 1 }, ["e0"]],
	[{ waitingChannel: "nobody waits here" }, []],
] as const)("looks at nothing but what it finds: %j", (filter, ids) => {
	const { index, seen } = watched();
	expect(index.find(filter).map((row) => row.execution_id)).toEqual(ids);
	expect([...seen].sort()).toEqual(ids);
});

it("looks at all where the condition holds for all", () => {
	const { index, seen } = watched();
	expect(index.find({ event: "waiting" })).toHaveLength(count);
	expect(seen.size).toBe(count);
});

it("looks at no children where they are left out", () => {
	const { index, seen } = watched();
	for (let n = 0; n < 500; n++) index.set(summaryOf({ id: `a${n}`, parent: "e0", root: "e0" }));
	expect(index.find({ rootsOnly: true, limit: 2 }).map((row) => row.execution_id)).toEqual(["e0", "e1"]);
	expect([...seen].sort()).toEqual(["e0", "e1"]);
});
