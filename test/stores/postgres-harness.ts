/** Postgres stores for tests: each in a schema of its own, which is dropped after the test. */
import { describe, it, onTestFinished } from "vitest";
import { openPostgresStore, type PostgresStoreOptions } from "../../adapters/stores/postgres/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { ask, postgresForTests, testSchema } from "../servers/postgres.ts";

export interface PostgresUnderTest {
	readonly url: string;
	readonly schema: string;
	/** Opens a store in the schema; it is closed after the test. */
	open(options?: PostgresStoreOptions): Promise<Store>;
	/** Asks the server on a connection for that alone; `$schema` stands for the schema. */
	sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Describes tests on a server, or says why there are none. `make` is to be called within a test. */
export async function describePostgres(name: string, tests: (make: () => PostgresUnderTest) => void): Promise<void> {
	const server = await postgresForTests();
	describe(name, () => {
		if ("reason" in server) it.skip(`is not tested: ${server.reason}`);
		else tests(() => under(server.url));
	});
}

/** The same on a server of the test's own. */
export function under(url: string): PostgresUnderTest {
	const { schema, drop } = testSchema(url);
	const stores: Store[] = [];
	onTestFinished(async () => {
		for (const store of stores) await store.close();
		await drop();
	});
	return {
		url,
		schema,
		open: async (options) => {
			const store = await openPostgresStore(url, { schema, ...options });
			stores.push(store);
			return store;
		},
		sql: (text, values) => ask(url, text.replaceAll("$schema", schema), values),
	};
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error("nothing was thrown");
}
