/** What a plain Keyv on `@keyv/postgres` reads of a store, by the same address, schema and table. */
import { KeyvPostgres } from "@keyv/postgres";
import { Keyv } from "keyv";
import { expect, it, onTestFinished } from "vitest";
import { keyvTables } from "../../adapters/stores/postgres/tables.ts";
import { bytesOf, commit, commitOf, keyOf, longText, saveForeign, snapshotOf } from "./contract/samples.ts";
import { describePostgres, failureOf, type PostgresUnderTest } from "./postgres-harness.ts";

function plainKeyv({ url: uri, schema }: PostgresUnderTest, table: string): Keyv {
	const store = new KeyvPostgres({ uri, schema, table });
	const keyv = new Keyv({ store, useKeyPrefix: false, throwOnErrors: true });
	onTestFinished(async () => {
		await keyv.disconnect();
	});
	return keyv;
}

await describePostgres("a plain Keyv on a Postgres store", (make) => {
	it("reads every checkpoint by its key, as the text that it is", async () => {
		const postgres = make();
		const store = await postgres.open();
		const odd = { id: "a", context: { text: `:colon ":base64:" ${longText}`, nul: "\u0000\ud800" } };
		await commit(store.persistence, [commitOf(odd)]);
		await saveForeign(store.persistence, { id: "foreign" });
		const keyv = plainKeyv(postgres, keyvTables.checkpoints);
		expect((await keyv.get(keyOf(odd))) === JSON.stringify(snapshotOf(odd))).toBe(true);
		expect(await keyv.get(keyOf({ id: "foreign" }))).toBe(JSON.stringify(snapshotOf({ id: "foreign" })));
		expect(await keyv.get(keyOf({ id: "nobody" }))).toBeUndefined();
		expect(await keyv.has(keyOf(odd))).toBe(true);
	});

	it("reads what begins with a colon, and bytes that are no text", async () => {
		const postgres = make();
		const { persistence } = await postgres.open();
		const keyv = plainKeyv(postgres, keyvTables.checkpoints);
		const key = keyOf({ id: "a" });
		await persistence.save(key, bytesOf(":base64:x"));
		expect(await keyv.get(key)).toBe(":base64:x");
		const bytes = Buffer.alloc(300, 255);
		await persistence.save(key, bytes);
		expect(await keyv.get(key)).toEqual(bytes);
	});

	it("cannot write past the lease", async () => {
		const postgres = make();
		const { persistence } = await postgres.open();
		await commit(persistence, [commitOf({ id: "a" })]);
		const keyv = plainKeyv(postgres, keyvTables.checkpoints);
		const failure = await failureOf(keyv.set(keyOf({ id: "a" }), "{}"));
		expect(failure.message).toContain("flatstate_checkpoints");
		expect(await keyv.get(keyOf({ id: "a" }))).toBe(JSON.stringify(snapshotOf({ id: "a" })));
	});

	it("reads and writes configurations by their hashes", async () => {
		const postgres = make();
		const { configs } = await postgres.open();
		const keyv = plainKeyv(postgres, keyvTables.configs);
		const hash = await configs.put("a: 1");
		expect(await keyv.get(hash)).toBe("a: 1");
		await keyv.set(hash, "a: 2");
		expect(await failureOf(configs.get(hash))).toMatchObject({ code: "store_corrupt" });
	});
});
