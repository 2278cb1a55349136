/** Whatever `checkpoint_on` asks for, a run goes on from wherever its store failed, and does nothing again that was logged. */
import { afterEach, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type Feature, features } from "./features.ts";
import { live } from "./lives.ts";

const stores: Store[] = [];

afterEach(async () => {
	for (const store of stores.splice(0)) await store.close();
});

function openStore(): Store {
	const store = openMemoryStore();
	stores.push(store);
	return store;
}

const lists = [
	"[machine_start, state_enter, execute, state_exit, machine_end, waiting, tool_call]",
	"[machine_start]",
	"[state_enter]",
	"[execute]",
	"[state_exit]",
	"[waiting]",
	"[machine_end]",
	"[state_exit, waiting]",
	"[]",
];

function withEvents(feature: Feature, list: string): Feature {
	const document = feature.document.replace("  name: test", `  name: test\n  persistence: { checkpoint_on: ${list} }`);
	return { ...feature, document };
}

describe.each(features.map((feature) => [feature.name, feature] as const))("a run with %s", (_, feature) => {
	it.each(lists)("and checkpoint_on %s ends as an undisturbed one, wherever the store fails", async (list) => {
		const machine = withEvents(feature, list);
		const calm = await live(openStore(), machine);
		expect(calm.output).toEqual(feature.output);
		expect(new Set(calm.doings.begun).size).toBe(calm.doings.begun.length);
		const every = Math.max(1, Math.round(calm.commits / 5));
		for (let after = 0; after < calm.commits; after += every) {
			const takesEffect = after % 2 === 0;
			const { output, doings } = await live(openStore(), machine, (life) =>
				life === 0 ? { after, takesEffect } : undefined,
			);
			expect({ after, takesEffect, output }).toEqual({ after, takesEffect, output: calm.output });
			expect({ after, takesEffect, repeated: doings.repeated }).toEqual({ after, takesEffect, repeated: [] });
		}
	});
});
