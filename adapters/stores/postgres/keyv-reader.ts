/**
 * Keyv on our own connections. Its adapter alone would share one pool among all stores of a process, end it for all when
 * one is closed, and end the process when an idle connection breaks; and it makes its table with each start.
 */
import type { Database } from "./database.ts";
import type { KeyvModule, PostgresDriver } from "./driver.ts";

/** A table or view in the layout of `@keyv/postgres`, by whole keys, without a prefix. */
export function openKeyv(
	driver: PostgresDriver,
	database: Database,
	{ schema, table }: { readonly schema: string; readonly table: string },
): InstanceType<KeyvModule["Keyv"]> {
	class StoreTable extends driver.KeyvPostgres {
		override async connect() {
			return async (sql: string, values?: unknown): Promise<unknown[]> => {
				// The table is there already.
				if (sql.startsWith("CREATE ")) return [];
				const list = Array.isArray(values) ? values : [];
				// All of its statements may be made twice.
				return sql.startsWith("SELECT ") ? database.read(sql, list) : database.repeat(sql, list);
			};
		}
	}
	const store = new StoreTable({ schema, table });
	return new driver.Keyv({ store, useKeyPrefix: false, throwOnErrors: true });
}
