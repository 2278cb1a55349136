/** A store on any Keyv: for the many databases that Keyv has an adapter for, with the guarantees that a Keyv can give. */
import { randomUUID } from "node:crypto";
import { ownString } from "../../../compiler/document/plain-data.ts";
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";
import type { Durability } from "../../../runtime/store/persistence-backend.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { ProcessLock } from "../process-lock.ts";
import { StoreGate } from "../store-gate.ts";
import { configKey } from "./keys.ts";
import type { KeyvObject } from "./keyv-object.ts";
import { KeyvPersistence } from "./keyv-persistence.ts";
import { KeyvResults } from "./keyv-results.ts";
import { KeyvSignals } from "./keyv-signals.ts";
import { corrupt } from "./rows.ts";
import { type SharedKeyv, sharedOf } from "./shared.ts";

export type { KeyvObject } from "./keyv-object.ts";

export interface KeyvStoreOptions extends StoreOptions {
	/**
	 * What the adapter's own writes survive once they have returned. Nobody but you can know: a Keyv does not tell.
	 * Default `nothing`.
	 */
	readonly survives?: "nothing" | "process-kill" | "power-loss";
	/** Milliseconds between two looks for a result that another process writes. Default 500. */
	readonly pollMs?: number;
}

/**
 * Opens a store on a Keyv 5 object with any adapter. The Keyv is yours: `close` does not disconnect it.
 *
 * A Keyv writes one row at a time, and cannot compare before it writes. So these hold, and no more:
 *
 * - A commit, of several executions too, is there whole or not at all, also after a crash between any two writes: its
 *   records are written first, where nobody looks yet; then one write makes them count. That is the execution's head
 *   row, or, where more rows have to change, a note of all of them. Who opens the store next, or uses it next after a
 *   failed write, makes the noted writes before anything else. A crash leaves at most one record that is not counted,
 *   which the execution's next commit overwrites and its deletion removes.
 * - A write that failed may have taken effect: a note that was written is carried out later.
 * - **One process at a time.** Nothing keeps a second process from writing in between. Use `redis:` or `postgres:` for
 *   several, also where your Keyv is on Redis or Postgres. A process that only reads sees each row whole, but may see a
 *   commit of several rows in part while it is being written.
 * - The lock is for stores on the same Keyv object in this process. It needs no heartbeat and ends with the process.
 * - Signals of other processes are not heard of; results of other processes are looked for every `pollMs`.
 *
 * Look-ups read rows that list ids, each of at most 128, and the rows of what they find. Adapters that keep rows only
 * for a time, or drop some when they are full, must not be used: their rows are lost without a word. The Keyv's own
 * default time to live is not used. `throwOnErrors` of the Keyv is switched on.
 */
export function openKeyvStore(keyv: KeyvObject, options: KeyvStoreOptions = {}): Store {
	const { now = Date.now, newId = randomUUID, survives = "nothing", pollMs = 500 } = options;
	const name = `keyv:${keyv.namespace ?? ""}`;
	const gate = new StoreGate(name);
	const shared = sharedOf(keyv, name);
	const close = async () => {
		await gate.close();
	};
	return {
		name,
		persistence: new KeyvPersistence(shared, gate, durabilityOf(survives), now),
		lock: new ProcessLock(shared.leases, { now, newId }, () => gate.check()),
		results: new KeyvResults(shared, gate, pollMs),
		signals: new KeyvSignals(shared, gate, { now, newId }),
		configs: keyvConfigs(shared, gate),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function durabilityOf(survives: NonNullable<KeyvStoreOptions["survives"]>): Durability {
	const adapter = {
		nothing: "The adapter's rows are taken to be lost with the process; say `survives` where you know better.",
		"process-kill": "By `survives`, the adapter's rows outlive the process, but perhaps not a loss of power.",
		"power-loss": "By `survives`, the adapter's rows outlive a loss of power.",
	}[survives];
	return {
		processKill: survives !== "nothing",
		powerLoss: survives === "power-loss",
		text:
			`${adapter} A commit is there whole or not at all, also after a crash between two writes. One process at a ` +
			"time may use the store: the lock is within the process only. A write that failed may have taken effect.",
	};
}

function keyvConfigs(shared: SharedKeyv, gate: StoreGate): ConfigStore {
	return {
		put: (text) =>
			gate.run(async () => {
				const hash = configHash(text);
				await shared.transact(async (rows) => rows.set(configKey(hash), { text }));
				return hash;
			}),
		get: (hash) =>
			gate.run(() =>
				shared.transact(async (rows) => {
					const row = await rows.get(configKey(hash));
					const text = ownString(row, "text");
					if (row !== undefined && text === undefined) throw corrupt(configKey(hash));
					return text ?? null;
				}),
			),
		delete: (hash) => gate.run(() => shared.transact(async (rows) => rows.delete(configKey(hash)))),
	};
}
