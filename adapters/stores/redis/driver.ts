/** Loads Keyv and its Redis adapter, which users install beside flatstate. */
import { orInstall } from "../load-driver.ts";

export type KeyvModule = typeof import("keyv");
export type KeyvRedisModule = typeof import("@keyv/redis");

export interface RedisDriver {
	readonly Keyv: KeyvModule["Keyv"];
	readonly KeyvRedis: KeyvRedisModule["default"];
	/** Milliseconds before the nth attempt to connect again. */
	readonly reconnectDelay: KeyvRedisModule["defaultReconnectStrategy"];
}

/** How a module is imported; tests let one be missing. */
export interface ModuleLoader {
	readonly keyv: () => Promise<KeyvModule>;
	readonly keyvRedis: () => Promise<KeyvRedisModule>;
}

const installed: ModuleLoader = { keyv: () => import("keyv"), keyvRedis: () => import("@keyv/redis") };

/** @throws StoreError `store_driver_missing` with the command that installs them */
export function loadDriver(load: ModuleLoader = installed): Promise<RedisDriver> {
	return orInstall("Redis", ["keyv", "@keyv/redis"], async () => {
		const [{ Keyv }, { default: KeyvRedis, defaultReconnectStrategy }] = await Promise.all([
			load.keyv(),
			load.keyvRedis(),
		]);
		return { Keyv, KeyvRedis, reconnectDelay: defaultReconnectStrategy };
	});
}
