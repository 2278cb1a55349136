/** The progress of an execution that is resumed: what was done before counts. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { RunProgress } from "../../src/cli/run-progress.ts";
import { doneSteps, storeExecution } from "./stored-executions.ts";

it("begins with the state, the steps, the calls and the cost of its earlier lives, and adds what is new", async () => {
	const store = openMemoryStore();
	await storeExecution(store, { id: "x", steps: doneSteps.slice(0, 3) });
	const summary = (await store.persistence.loadExecution("x"))?.summary;
	if (!summary) throw new Error("it was stored");
	const progress = new RunProgress(() => 0);
	progress.goOnFrom(summary);
	expect(progress.text()).toBe("check · step 2 · 2 calls · $0.0012 · 0 s");
	progress.accept({ type: "state", executionId: "x", machine: "writer", state: "write", step: 3 });
	progress.accept({ type: "agent_start", executionId: "x", state: "write", agent: "a" });
	progress.accept({ type: "agent_end", executionId: "x", state: "write", agent: "a", calls: 1, cost: 0.001 });
	expect(progress.text()).toBe("write · step 3 · 3 calls · $0.0022 · 0 s");
});
