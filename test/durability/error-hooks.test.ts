/** Error hooks and resuming: what failed is tried again, and what was asked is not asked twice. */
import { expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { failingStore } from "./failing-store.ts";

const data = `
context: { got: null }
hooks: h
states:
  one: { type: initial, agent: a, output_to_context: { got: output.n }, transitions: [{ to: end }] }
  mended: { transitions: [{ to: end }] }
  end: { type: final, output: { got: context.got, error: context.last_error } }`;

function life(store: Store, script: AgentScript, onError: NonNullable<MachineHooks["onError"]>): FlatMachine {
	return new FlatMachine({ config: documentOf(data, { use: ["a"] }), store, script, hooks: { h: { onError } } });
}

const priced = { output: { n: 1 }, usage: { api_calls: 1 }, cost: 1 };

it("an execution whose error hooks knew no way out tries again what failed, and asks them again if it fails again", async () => {
	const store = openMemoryStore();
	const asked: unknown[] = [];
	const ask = (_state: string, error: Error) => {
		asked.push(error.message);
		return null;
	};
	const first = life(store, { a: { throw: "E: once" } }, ask);
	expect(await first.run({}, { executionId: "x" })).toMatchObject({ status: "failed", error: { name: "E" } });
	const again = life(store, { a: { throw: "E: twice" } }, ask);
	expect(await again.resume("x")).toMatchObject({ status: "failed", error: { message: "twice" } });
	expect(asked).toEqual(["once", "twice"]);
	expect(await life(store, { a: priced }, ask).resume("x")).toMatchObject({
		status: "done",
		output: { got: 1, error: null },
		agentCalls: 1,
		cost: 1,
	});
	expect(asked).toEqual(["once", "twice"]);
});

it("a run that was killed before, while or after its error hooks were asked goes where they say, and asks no answered one again", async () => {
	for (const takesEffect of [false, true]) {
		for (let after = 1; after < 5; after++) {
			const store = openMemoryStore();
			const failing = failingStore(store, { after, takesEffect });
			let calls = 0;
			const script: AgentScript = () => {
				calls += 1;
				return { throw: "E: broken" };
			};
			await life(failing.store, script, () => "mended").run({}, { executionId: "x" });
			const isAnswered = (await store.persistence.loadLog("x", 0)).some(({ text }) => text.includes('"error":{'));
			const before = calls;
			const result = await life(store, script, () => "mended").resume("x");
			expect(result).toMatchObject({ status: "done", output: { got: null, error: "broken" }, steps: 3 });
			if (isAnswered) expect({ after, takesEffect, calls }).toEqual({ after, takesEffect, calls: before });
		}
	}
});
