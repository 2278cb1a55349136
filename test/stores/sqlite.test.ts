import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import { storeContract } from "./contract/store.ts";

storeContract("the SQLite store", {
	abilities: { locks: true, fences: true, takesOverExpired: true, notifiesAcrossStores: true, fleet: true },
	async open(options) {
		const folder = mkdtempSync(join(tmpdir(), "flatstate-sqlite-"));
		const file = join(folder, "store.db");
		return {
			store: await openSqliteStore(file, options),
			again: (more) => openSqliteStore(file, more),
			remove: () => rmSync(folder, { recursive: true }),
		};
	},
});

storeContract("the SQLite store in memory", {
	abilities: { locks: true, fences: true, takesOverExpired: true, notifiesAcrossStores: true, fleet: true },
	open: async (options) => ({ store: await openSqliteStore(":memory:", options) }),
});
