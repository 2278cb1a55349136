/** Loads Keyv, its Postgres adapter and the `pg` driver, which users install beside flatstate. */
import { orInstall } from "../load-driver.ts";

export type PgModule = typeof import("pg");
export type KeyvModule = typeof import("keyv");
export type KeyvPostgresModule = typeof import("@keyv/postgres");

export interface PostgresDriver {
	readonly pg: PgModule["default"];
	readonly Keyv: KeyvModule["Keyv"];
	readonly KeyvPostgres: KeyvPostgresModule["KeyvPostgres"];
}

/** How a module is imported; tests let one be missing. */
export interface ModuleLoader {
	readonly pg: () => Promise<PgModule>;
	readonly keyv: () => Promise<KeyvModule>;
	readonly keyvPostgres: () => Promise<KeyvPostgresModule>;
}

const installed: ModuleLoader = {
	pg: () => import("pg"),
	keyv: () => import("keyv"),
	keyvPostgres: () => import("@keyv/postgres"),
};

/** @throws StoreError `store_driver_missing` with the command that installs them */
export function loadDriver(load: Partial<ModuleLoader> = {}): Promise<PostgresDriver> {
	const from = { ...installed, ...load };
	return orInstall("Postgres", ["keyv", "@keyv/postgres", "pg"], async () => {
		const [{ default: pg }, { Keyv }, { KeyvPostgres }] = await Promise.all([
			from.pg(),
			from.keyv(),
			from.keyvPostgres(),
		]);
		return { pg, Keyv, KeyvPostgres };
	});
}
