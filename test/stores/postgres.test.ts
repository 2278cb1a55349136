/** The Postgres store keeps the contract of every store. */
import { describe, it } from "vitest";
import { openPostgresStore } from "../../adapters/stores/postgres/index.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { storeContract } from "./contract/store.ts";

const server = await postgresForTests();

if ("reason" in server) {
	describe("the Postgres store", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	storeContract("the Postgres store", {
		abilities: {
			locks: true,
			fences: true,
			takesOverExpired: true,
			notifiesAcrossStores: true,
			fleet: true,
			rateLimits: true,
		},
		async open(options) {
			const { url, schema, drop } = testSchema(server.url);
			const again = (more: typeof options) => openPostgresStore(url, { ...more, schema });
			return { store: await again(options), again, remove: drop };
		},
	});
}
