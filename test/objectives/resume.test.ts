/** Attempts and what is stored of them: resumed after a failure, and forked. */
import { expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

const data = `
context: { text: null }
states:
  write:
    type: initial
    agent: writer
    input: { number: context.attempt.number, feedback: context.attempt.feedback }
    key_results: [{ name: long, description: Is long, check: "size(text(output)) > 3" }]
    max_retries: 1
    output_to_context: { text: output.content }
    transitions: [{ to: done }]
  done: { type: final, output: { text: context.text } }`;

/** A machine on a store, and the inputs of its agent's calls. */
function machineOn(store: Store, writer: readonly (string | { readonly throw: string })[]) {
	const inputs: unknown[] = [];
	const script: AgentScript = ({ input }) => {
		inputs.push(input);
		return writer[Math.min(inputs.length, writer.length) - 1] ?? null;
	};
	return { machine: new FlatMachine({ config: documentOf(data, { use: ["writer"] }), store, script }), inputs };
}

it("has a whole budget again where a run that used its attempts up is resumed", async () => {
	await using store = openMemoryStore();
	const failing = machineOn(store, ["no"]);
	const failed = await failing.machine.run();
	expect(failed).toMatchObject({ status: "failed", error: { code: "max_retries_exceeded" } });
	const better = machineOn(store, ["no", "good text"]);
	const resumed = await better.machine.resume(failed.executionId);
	expect(resumed).toMatchObject({ status: "done", output: { text: "good text" } });
	expect(better.inputs).toEqual([
		{ number: 0, feedback: null },
		{ number: 1, feedback: "long: Is long" },
	]);
});

it("goes on with the attempt in which the work itself failed", async () => {
	await using store = openMemoryStore();
	const failing = machineOn(store, ["no", { throw: "KeyError: gone" }]);
	const failed = await failing.machine.run();
	expect(failed).toMatchObject({ status: "failed", error: { message: "gone" } });
	const better = machineOn(store, ["good text"]);
	const resumed = await better.machine.resume(failed.executionId);
	expect(resumed).toMatchObject({ status: "done", output: { text: "good text" } });
	expect(better.inputs).toEqual([{ number: 1, feedback: "long: Is long" }]);
});
