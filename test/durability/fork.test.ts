import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { checkpointKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import { cloneExecution } from "../../runtime/checkpoint/clone-snapshot.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

const data = `context: {}
states:
  sample: { type: initial, agent: a, execution: { type: parallel, n_samples: 3 }, output_to_context: { n: output.count }, transitions: [{ to: last }] }
  last: { agent: b, output_to_context: { last: output.value }, transitions: [{ to: end }] }
  end: { type: final, output: { n: context.n, last: context.last, id: context.machine.execution_id, parent: context.machine.parent_execution_id } }`;

it("a fork goes on where its source stood, pays for nothing twice, and leaves the source alone", async () => {
	const store = openMemoryStore();
	const calls: string[] = [];
	const machine = new FlatMachine({
		config: documentOf(data, { use: ["a", "b"] }),
		store,
		script: ({ idempotencyKey = "" }, { agentName }) => {
			calls.push(idempotencyKey);
			return { value: agentName };
		},
	});
	await machine.run({}, { executionId: "source", maxSteps: 1 });
	expect(calls).toEqual(["source/1/sample/sample.1", "source/1/sample/sample.2", "source/1/sample/sample.3"]);

	calls.length = 0;
	await cloneExecution(store.persistence, "source", "early", {
		now: () => 0,
		key: checkpointKey("source", 1, "execute"),
	});
	expect(await machine.resume("early", { maxSteps: 9 })).toMatchObject({
		status: "done",
		output: { n: 3, last: "b", id: "early", parent: "source" },
	});
	expect(calls).toEqual(["early/2/last/1"]);
	expect((await store.persistence.loadExecution("source"))?.summary).toMatchObject({ status: "stopped", step: 1 });
	await store.close();
});
