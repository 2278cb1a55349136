/**
 * `flatstate/stores`: each kind of store by itself, with all its options. A store's driver is loaded when such a store is
 * opened, not before.
 */
export { type FileStoreOptions, openFileStore } from "../adapters/stores/files/index.ts";
export { type KeyvObject, type KeyvStoreOptions, openKeyvStore } from "../adapters/stores/keyv/index.ts";
export { openMemoryStore } from "../adapters/stores/memory/index.ts";
export { openPostgresStore, type PostgresStoreOptions } from "../adapters/stores/postgres/index.ts";
export {
	checkpointNamespace,
	configNamespace,
	openRedisStore,
	type RedisStoreOptions,
} from "../adapters/stores/redis/index.ts";
export * from "../adapters/stores/sqlite/index.ts";
export type { Store, StoreOptions } from "../runtime/store/store.ts";
