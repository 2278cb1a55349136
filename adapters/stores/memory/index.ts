/** `memory:` a store in the memory of this process. */
import { randomUUID } from "node:crypto";
import { InMemoryResultBackend } from "../../../runtime/results/memory-result-backend.ts";
import type { ReadOptions, ResultBackend } from "../../../runtime/results/result-backend.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";
import { ProcessLeases, ProcessLock } from "../process-lock.ts";
import { StoreGate } from "../store-gate.ts";
import { StoredRegistrations } from "../stored-registrations.ts";
import { StoredWork } from "../stored-work.ts";
import { MemoryConfigs } from "./memory-configs.ts";
import { MemoryJoins } from "./memory-joins.ts";
import { MemoryPersistence } from "./memory-persistence.ts";
import { MemoryRateLimits } from "./memory-rate-limits.ts";
import { MemorySignals } from "./memory-signals.ts";
import { MemoryWork } from "./memory-work.ts";
import { MemoryWorkers } from "./memory-workers.ts";

/**
 * Opens an empty store. It ends with this process, and nobody else can see it. Commits are done when the call returns.
 * Leases need no heartbeat, so `leaseSeconds` means nothing here.
 */
export function openMemoryStore(options: StoreOptions = {}): Store {
	const { now = Date.now, newId = randomUUID } = options;
	const name = "memory:";
	const gate = new StoreGate(name);
	const checkOpen = () => gate.check();
	const results = new InMemoryResultBackend();
	const leases = new ProcessLeases();
	const signals = new MemorySignals({ now, newId }, checkOpen);
	const joins = new MemoryJoins(now, checkOpen);
	const close = async () => {
		await gate.close();
	};
	return {
		name,
		persistence: new MemoryPersistence({ results, leases, signals, joins, now, checkOpen }),
		lock: new ProcessLock(leases, { now, newId }, checkOpen),
		results: untilClosed(results, gate),
		signals,
		configs: new MemoryConfigs(checkOpen),
		joins,
		registrations: new StoredRegistrations(gate, name, new MemoryWorkers(now)),
		work: new StoredWork(new MemoryWork(now), { gate, name, newId }),
		rateLimits: new MemoryRateLimits({ now, newId }, checkOpen),
		close,
		[Symbol.asyncDispose]: close,
	};
}

function untilClosed(results: ResultBackend, gate: StoreGate): ResultBackend {
	return {
		write: (uri, value) => gate.run(() => results.write(uri, value)),
		read: (uri, options: ReadOptions = {}) =>
			gate.wait(options.signal, (signal) => results.read(uri, { ...options, signal })),
		exists: (uri) => gate.run(() => results.exists(uri)),
		delete: (uri) => gate.run(() => results.delete(uri)),
	};
}
