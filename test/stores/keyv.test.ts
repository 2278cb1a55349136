/** A store on a Keyv passes the contract of stores: in a Map, and in SQLite where its driver is installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Keyv } from "keyv";
import { describe, expect, it } from "vitest";
import { openKeyvStore } from "../../adapters/stores/keyv/index.ts";
import { own } from "../../compiler/document/plain-data.ts";
import type { StoreOptions } from "../../runtime/store/store.ts";
import { commit, commitOf, keyOf } from "./contract/samples.ts";
import { storeContract } from "./contract/store.ts";

const abilities = { locks: true, fences: true, takesOverExpired: false, notifiesAcrossStores: false };

storeContract("keyv on a Map", {
	abilities,
	open: (options) => {
		const keyv = new Keyv();
		return { store: openKeyvStore(keyv, options), again: (more) => openKeyvStore(keyv, more) };
	},
});

describe("keyv", () => {
	it("keeps rows beyond the Keyv's own time to live, and its other keys apart", async () => {
		const data = new Map<string, unknown>();
		const keyv = new Keyv({ store: data, ttl: 1, namespace: "flatstate" });
		await keyv.set("mine", 1, 0);
		const { persistence, signals } = openKeyvStore(keyv);
		await commit(persistence, [commitOf({ id: "a" })]);
		await signals.send("go", 1);
		for (const [key, stored] of data) expect(`${key} ${stored}`).not.toContain("expires");
		await persistence.deleteExecution("a");
		expect(await keyv.get("mine")).toBe(1);
	});

	it("finds a result that another process wrote", async () => {
		const data = new Map<string, unknown>();
		const open = () => openKeyvStore(new Keyv({ store: data }), { pollMs: 5 });
		const reading = open().results.read("flatagents://a/result", { timeoutSeconds: 20 });
		await open().results.write("flatagents://a/result", { n: 1 });
		expect(await reading).toEqual({ n: 1 });
	});

	it("writes as many rows for a step after 300 steps as after 10", async () => {
		let writes = 0;
		const data = new Map<string, unknown>();
		const counting = {
			opts: {},
			on: () => counting,
			get: async (key: string) => data.get(key),
			set: async (key: string, value: unknown) => {
				writes++;
				data.set(key, value);
			},
			delete: async (key: string) => data.delete(key),
			clear: async () => data.clear(),
		};
		const { persistence } = openKeyvStore(new Keyv({ store: counting }));
		const perStep: number[] = [];
		for (let step = 0; step < 300; step++) {
			writes = 0;
			await commit(persistence, [commitOf({ id: "a", step }, { log: [{ step, text: "{}" }] })]);
			perStep.push(writes);
		}
		// The record, where the checkpoint before is, and the head.
		expect(new Set(perStep.slice(10))).toEqual(new Set([3]));
		expect((await persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 299 }));
	});

	it("says what it does not know of its adapter", () => {
		expect(openKeyvStore(new Keyv()).persistence.durability).toMatchObject({ processKill: false, powerLoss: false });
		const known = openKeyvStore(new Keyv(), { survives: "process-kill" }).persistence.durability;
		expect(known).toMatchObject({ processKill: true, powerLoss: false });
		expect(known.text).toContain("One process at a time");
	});
});

const sqlite = await sqliteAdapter();

if (sqlite === undefined) {
	const how = "`npm ci --prefix test/stores/keyv-sqlite` installs it; its driver compiles for over a minute.";
	console.warn(`SKIPPED: the contract of stores on keyv with @keyv/sqlite, which is not installed. ${how}`);
	it.skipIf(!process.env.CI)("passes the contract with @keyv/sqlite, where it is installed", () => {
		throw new Error(`@keyv/sqlite is not installed, and with CI set nothing is skipped. ${how}`);
	});
} else {
	storeContract("keyv on @keyv/sqlite", {
		abilities,
		open: (options) => {
			// Without a file, since each row would wait for the disk: a second for every few tests.
			const keyv = new Keyv({ store: sqlite(":memory:") });
			const again = (more: StoreOptions) => openKeyvStore(keyv, more);
			return { store: openKeyvStore(keyv, options), again, remove: () => keyv.disconnect() };
		},
	});

	it("keeps executions in a file of @keyv/sqlite", async () => {
		const folder = mkdtempSync(join(tmpdir(), "flatstate-keyv-"));
		try {
			const open = () => new Keyv({ store: sqlite(join(folder, "store.sqlite")) });
			const first = open();
			const written = commitOf({ id: "a" }, { log: [{ step: 1, text: "🎉" }] });
			await commit(openKeyvStore(first).persistence, [written]);
			await first.disconnect();
			const second = open();
			const { persistence } = openKeyvStore(second);
			expect(await persistence.listExecutions({ event: "execute" })).toEqual([written.summary]);
			expect(await persistence.loadLog("a", 0)).toEqual(written.log);
			await second.disconnect();
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
}

/** Makes adapters on a file, or in memory; undefined where the package is not installed. A package that is there must load. */
async function sqliteAdapter(): Promise<((file: string) => unknown) | undefined> {
	const require = createRequire(new URL("./keyv-sqlite/package.json", import.meta.url));
	let path: string;
	try {
		path = require.resolve("@keyv/sqlite");
	} catch {
		return undefined;
	}
	const module: unknown = await import(pathToFileURL(path).href);
	const adapter = own(own(module, "default"), "default") ?? own(module, "default");
	if (typeof adapter !== "function") throw new Error("@keyv/sqlite has no default export");
	return (file) => Reflect.construct(adapter, [{ uri: `sqlite://${file}` }]);
}
