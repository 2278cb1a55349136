/** Which store a machine's executions are kept in: what the caller gives, else what the document asks for (spec section 13.1). */
import { openMemoryStore } from "../adapters/stores/memory/index.ts";
import { own, ownRecord, ownString } from "../compiler/document/plain-data.ts";
import type { MachinePlan } from "../compiler/plan/plan.ts";
import { type CheckpointEvent, checkpointEvents } from "../runtime/checkpoint/machine-snapshot.ts";
import type { DurableStore } from "../runtime/store/durable-store.ts";
import { StoreError } from "../runtime/store/errors.ts";
import type { Store } from "../runtime/store/store.ts";
import { openStore } from "./open-store.ts";

/** A store, its address, or null for none at all. */
export type StoreChoice = Store | string | null;

/** Folder of `backend: local` (spec section 13.1). */
const localFolder = ".checkpoints";
/** File of `backend: sqlite`, where neither the document nor `FLATMACHINES_DB_PATH` names one. */
const sqliteFile = "flatmachines.sqlite";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the store for a machine. Without one, and with `backend: memory`, executions that park, fail or are stopped can
 * be resumed as long as the process lives.
 * @returns undefined where nothing is to be kept
 */
export async function openMachineStore(
	plan: MachinePlan,
	choice: StoreChoice | undefined,
	now: () => number,
	environment: Environment = process.env,
): Promise<DurableStore | undefined> {
	if (choice === null) return undefined;
	const events = checkpointEventsOf(plan);
	if (choice !== undefined) {
		if (typeof choice !== "string") return { store: choice, events, isLazy: false };
		return { store: await openStore(choice, { now }), address: choice, events, isLazy: false };
	}
	const address = storeAddressOf(plan, environment);
	// Without a driver to load, a run starts within the same turn of the event loop.
	const store = address === undefined ? openMemoryStore({ now }) : await openStore(address, { now });
	const isLocked = own(ownRecord(plan.settings.raw, "backends"), "locking") !== "none";
	const used = isLocked ? store : { ...store, lock: null };
	return address === undefined
		? { store: used, events, isLazy: true }
		: { store: used, address, events, isLazy: false };
}

/**
 * The address that a document asks for with `persistence.backend`, else `settings.backends.persistence`; undefined where
 * it asks for memory, for none, or has `enabled: false`.
 * @throws StoreError for a backend that is none of ours
 */
export function storeAddressOf({ persistence, settings }: MachinePlan, environment: Environment): string | undefined {
	if (own(persistence, "enabled") === false) return undefined;
	const backends = ownRecord(settings.raw, "backends");
	const backend = ownString(persistence, "backend") ?? ownString(backends, "persistence") ?? "memory";
	switch (backend) {
		case "memory":
			return undefined;
		case "local":
			return `file:${localFolder}`;
		case "sqlite": {
			const named = ownString(persistence, "db_path") ?? ownString(backends, "sqlite_path");
			return `sqlite:${named ?? environment.FLATMACHINES_DB_PATH ?? sqliteFile}`;
		}
		case "redis":
			return addressFrom(environment, "REDIS_URL", backend);
		case "postgres":
			return addressFrom(environment, "POSTGRES_URL", backend);
		default:
			throw new StoreError(
				"invalid_store_url",
				`\`${backend}\` is no backend of flatstate. Known: memory, local, sqlite, redis, postgres; or give a store's address.`,
			);
	}
}

function addressFrom(environment: Environment, name: string, backend: string): string {
	const address = environment[name];
	if (address !== undefined && address !== "") return address;
	throw new StoreError(
		"invalid_store_url",
		`\`backend: ${backend}\` takes its address from the environment variable ${name}, which is not set.`,
	);
}

/** `checkpoint_on`; null where the document leaves it to us. */
export function checkpointEventsOf({ persistence }: MachinePlan): ReadonlySet<CheckpointEvent> | null {
	const listed = own(persistence, "checkpoint_on");
	if (!Array.isArray(listed)) return null;
	return new Set(checkpointEvents.filter((event) => listed.includes(event)));
}
