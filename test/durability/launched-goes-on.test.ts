/** A run is over and stored, and what it launched is not when its process dies: resumed, that alone goes on. */
import { expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { ExecutionCommit, PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";

const document = documentOf(`context: {}
machines:
  worker:
    spec: flatmachine
    data:
      name: worker
      agents:
        a: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } }
      states:
        first: { type: initial, agent: a, transitions: [{ to: second }] }
        second: { agent: a, transitions: [{ to: end }] }
        end: { type: final }
states:
  start: { type: initial, launch: [worker, worker], transitions: [{ to: end }] }
  end: { type: final, output: { sent: true } }`);

/** Takes a turn of the event loop for everything, as a store over a network does. It has no leases: nobody dies here. */
function slow(store: Store): Store {
	const { persistence } = store;
	const turn = () => new Promise((resolve) => setImmediate(resolve));
	const wrapped: PersistenceBackend = Object.create(persistence, {
		commit: {
			value: async (commits: readonly ExecutionCommit[]) => {
				await turn();
				await persistence.commit(commits, null);
			},
		},
		loadExecution: {
			value: async (id: string) => {
				await turn();
				return persistence.loadExecution(id);
			},
		},
	});
	for (const name of ["loadCheckpoint", "loadLog", "listCheckpoints", "listExecutions"] as const) {
		Object.defineProperty(wrapped, name, { value: persistence[name].bind(persistence) });
	}
	return { ...store, lock: null, persistence: wrapped };
}

it("leaves the run as it ended, and finishes what it launched", async () => {
	await using memory = openMemoryStore();
	const store = slow(memory);
	const statuses = async () =>
		(await memory.persistence.listExecutions()).map(({ machine_name, status }) => `${machine_name} ${status}`).sort();
	const calls: string[] = [];
	const script = ({ idempotencyKey = "" }) => {
		calls.push(idempotencyKey);
		return { ok: true };
	};
	const never = () => new Promise<never>(() => undefined);
	let ids = 0;
	const newId = () => `id-${++ids}`;
	// Its process never hears of the worker's call again.
	void new FlatMachine({ config: document, store, newId, script: never }).run({}, { executionId: "root" });
	await expect.poll(statuses).toEqual(["test done", "worker active", "worker active"]);

	const result = await new FlatMachine({ config: document, store, newId, script }).resume("root");
	expect(result).toMatchObject({ status: "done", output: { sent: true } });
	expect(await statuses()).toEqual(["test done", "worker done", "worker done"]);
	expect(calls.sort()).toEqual(["id-1/1/first/1", "id-1/2/second/1", "id-2/1/first/1", "id-2/2/second/1"]);
});
