/** The store fails at every single commit of a run, and the run goes on from there: nothing that was stored is done twice. */
import { afterEach, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { features } from "./features.ts";
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

describe.each(features.map((feature) => [feature.name, feature] as const))("a run with %s", (_, feature) => {
	it("ends as an undisturbed one, wherever the store fails, and begins nothing again that was stored", async () => {
		const calm = await live(openStore(), feature);
		expect(calm.output).toEqual(feature.output);
		expect(new Set(calm.doings.begun).size).toBe(calm.doings.begun.length);
		// Else the names of what was begun and of what was stored would not match, and nothing below could fail.
		expect(calm.doings.begun.filter((name) => !calm.doings.known.has(name))).toEqual([]);
		expect(calm.doings.begun.length).toBeGreaterThan(0);
		for (const takesEffect of [false, true]) {
			for (let after = 0; after < calm.commits; after++) {
				const { output, doings } = await live(openStore(), feature, (life) =>
					life === 0 ? { after, takesEffect } : undefined,
				);
				expect({ after, takesEffect, output }).toEqual({ after, takesEffect, output: calm.output });
				expect({ after, takesEffect, repeated: doings.repeated }).toEqual({ after, takesEffect, repeated: [] });
			}
		}
	});

	it("ends as an undisturbed one when each of its lives stores one commit and dies at the next", async () => {
		const { output, doings } = await live(openStore(), feature, (life) => ({
			after: life < 50 ? 1 : 1000,
			takesEffect: life % 2 === 1,
		}));
		expect(output).toEqual(feature.output);
		expect(doings.repeated).toEqual([]);
	});
});
