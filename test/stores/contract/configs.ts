/** What every config store has to do. */
import { describe, expect, it } from "vitest";
import { configHash } from "../../../runtime/store/config-store.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { longText } from "./samples.ts";

export function configContract(name: string, opener: StoreOpener): void {
	describe(`${name} as a config store`, () => {
		const open = storesOf(opener);

		it.each([["data: {}\n"], [""], ["text: '🎉 \"ü\"'\r\n\ttab"], [longText]])(
			"gives a text back by the hash of its UTF-8 bytes",
			async (text) => {
				const { store, other } = await open();
				const hash = await store.configs.put(text);
				expect(hash).toBe(configHash(text));
				expect(hash).toMatch(/^[0-9a-f]{64}$/);
				expect(await other.configs.get(hash)).toBe(text);
			},
		);

		it("stores a text once", async () => {
			const { store, other } = await open();
			const hashes = await Promise.all([store.configs.put("a"), other.configs.put("a"), store.configs.put("a")]);
			expect(new Set(hashes)).toEqual(new Set([configHash("a")]));
			await store.configs.delete(configHash("a"));
			expect(await other.configs.get(configHash("a"))).toBeNull();
		});

		it.each([configHash("nobody wrote this"), "", "__proto__", "../../etc/passwd", "a b"])(
			"has nothing under %s",
			async (hash) => {
				const { store } = await open();
				expect(await store.configs.get(hash)).toBeNull();
				await expect(store.configs.delete(hash)).resolves.toBeUndefined();
			},
		);

		it("keeps the others when one is deleted", async () => {
			const { store } = await open();
			const [a, b] = [await store.configs.put("a"), await store.configs.put("b")];
			await store.configs.delete(a);
			expect(await store.configs.get(a)).toBeNull();
			expect(await store.configs.get(b)).toBe("b");
		});
	});
}
