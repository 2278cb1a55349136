/** A store on a Keyv is whole again after its rows stop being written between any two of them. */
import { Keyv } from "keyv";
import { describe, expect, it } from "vitest";
import { openKeyvStore } from "../../adapters/stores/keyv/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { bytesOf, commit, commitOf, keyOf, saveForeign } from "./contract/samples.ts";

type Failure = "before" | "after" | "event";

/** Keyv's adapter on a map that is shared with later ones, as if the process had ended after so many writes. */
class FailingAdapter {
	readonly opts = {};
	writesLeft = Number.POSITIVE_INFINITY;
	failsReads = false;
	readonly #data: Map<string, unknown>;
	readonly #failure: Failure;
	#listener: (error: unknown) => void = () => {};

	constructor(data: Map<string, unknown>, failure: Failure) {
		this.#data = data;
		this.#failure = failure;
	}

	on(_event: string, listener: (error: unknown) => void): this {
		this.#listener = listener;
		return this;
	}

	async get(key: string): Promise<unknown> {
		if (this.failsReads) throw new Error("no disk");
		return this.#data.get(key);
	}

	async set(key: string, value: unknown): Promise<unknown> {
		return this.#write(() => this.#data.set(key, value));
	}

	async delete(key: string): Promise<boolean> {
		this.#write(() => this.#data.delete(key));
		return true;
	}

	async clear(): Promise<void> {
		this.#data.clear();
	}

	#write(change: () => unknown): undefined {
		if (this.writesLeft === 0 && this.#failure === "after") {
			this.writesLeft = -1;
			change();
		}
		if (this.writesLeft-- > 0) {
			change();
			return undefined;
		}
		const error = new Error("no space");
		if (this.#failure === "event") this.#listener(error);
		else throw error;
	}
}

function openOn(data: Map<string, unknown>, failure: Failure = "before") {
	const adapter = new FailingAdapter(data, failure);
	let ids = data.size;
	const store = openKeyvStore(new Keyv({ store: adapter }), { now: () => 1.75e12, newId: () => `id-${++ids}` });
	return { store, adapter };
}

/** All that can be read of a store. */
async function contentOf({ persistence, signals, results }: Store): Promise<unknown> {
	const ids = ["child", "root", "foreign"];
	const executions = ids.map(async (id) => ({
		stored: await persistence.loadExecution(id),
		log: await persistence.loadLog(id, 0),
		latest: Buffer.from((await persistence.load(`${id}/latest`)) ?? []).toString(),
		checkpoints: await Promise.all(
			(await persistence.listCheckpoints(id)).map(async (key) => [key, await persistence.loadCheckpoint(key)]),
		),
		result: await results.exists(`flatagents://${id}/result`),
	}));
	const filters = [
		{},
		{ event: "execute" },
		{ event: "waiting" },
		{ status: "done" },
		{ waitingChannel: "go" },
	] as const;
	const more = [{ rootExecutionId: "root" }, { parentExecutionId: "root" }, { updatedBefore: 1e13 }] as const;
	return {
		executions: await Promise.all(executions),
		found: await Promise.all([...filters, ...more].map((filter) => persistence.listExecutionIds(filter))),
		signals: (await signals.peek("go")).map(({ data, execution_id }) => [data, execution_id]),
		channels: await signals.channels(),
		addressees: await signals.addressees("go"),
	};
}

const log = [{ step: 2, text: "2" }];
const child = { id: "child", parent: "root", root: "root" } as const;

async function prepare({ persistence, signals }: Store): Promise<void> {
	await commit(persistence, [commitOf(child, { log: [{ step: 1, text: "c1" }] })]);
	await commit(persistence, [commitOf({ id: "root" }, { origin: "{}", log: [{ step: 1, text: "1" }] })]);
	await saveForeign(persistence, { id: "foreign", event: "waiting", channel: "go" });
	for (const data of [1, 2]) await signals.send("go", data);
}

const tasks: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
	"a commit that changes no index": ({ persistence }) =>
		commit(persistence, [commitOf({ id: "root", step: 2 }, { log })]),
	"a commit that replaces a checkpoint": ({ persistence }) =>
		commit(persistence, [commitOf({ id: "root", context: { n: 2 } }, { log })]),
	"a commit of two executions": ({ persistence }) =>
		commit(persistence, [
			commitOf({ ...child, step: 2, event: "machine_end" }, { log, result: "1" }),
			commitOf({ id: "root", step: 2, event: "waiting", channel: "go" }, { log, result: "2" }),
		]),
	"a pointer that is moved": ({ persistence }) => persistence.save("root/latest", bytesOf(keyOf({ id: "root" }))),
	"a snapshot that is replaced": ({ persistence }) =>
		persistence.save(keyOf({ id: "foreign", event: "waiting" }), bytesOf("{}")),
	"a checkpoint that is deleted": ({ persistence }) => persistence.delete(keyOf({ id: "root" })),
	"executions that are deleted": ({ persistence }) => persistence.deleteExecution("root"),
	"a signal that is sent": ({ signals }) => signals.send("go", 3, { executionId: "root" }),
	"a signal that is claimed": ({ signals }) => signals.claim("go", "root"),
	"a signal that is broadcast": ({ signals }) => signals.broadcast("go", ["root", "foreign"]),
	"a signal that is consumed": ({ signals }) => signals.consume("go"),
};

describe.each(Object.keys(tasks))("%s", (name) => {
	const task = tasks[name] ?? (() => Promise.reject(new Error(`no task ${name}`)));

	it.each(["before", "after", "event"] as const)(
		"is there whole or not at all where a write fails (%s it is made)",
		async (failure) => {
			const data = new Map<string, unknown>();
			await prepare(openOn(data).store);
			const before = await contentOf(openOn(new Map(data)).store);
			const done = openOn(new Map(data));
			await task(done.store);
			const after = await contentOf(done.store);
			const outcomes = new Set<string>();
			let failed = true;
			for (let writes = 0; failed; writes++) {
				const left = new Map(data);
				const { store, adapter } = openOn(left, failure);
				// The first look finds that nothing is unfinished, and says so in the rows.
				await store.persistence.loadExecution("root");
				adapter.writesLeft = writes;
				failed = await task(store).then(
					() => false,
					(error: unknown) => {
						expect(error).toMatchObject({ code: "store_write_failed" });
						return true;
					},
				);
				const reopened = await contentOf(openOn(new Map(left)).store);
				expect([before, after]).toContainEqual(reopened);
				outcomes.add(JSON.stringify(reopened));
				// Who goes on with the same store sees the same.
				adapter.writesLeft = Number.POSITIVE_INFINITY;
				expect(await contentOf(store)).toEqual(reopened);
				await commit(store.persistence, [commitOf({ id: "root", step: 9 })]);
				expect((await store.persistence.loadExecution("root"))?.latestKey).toBe(keyOf({ id: "root", step: 9 }));
			}
			expect(outcomes).toContain(JSON.stringify(after));
			// A first write that takes effect before it fails has decided already.
			if (failure !== "after") expect(outcomes).toContain(JSON.stringify(before));
		},
	);
});

it("says that a read failed, and never takes it for nothing", async () => {
	const { store, adapter } = openOn(new Map());
	await prepare(store);
	adapter.failsReads = true;
	const failure = { code: "store_read_failed", cause: { message: "no disk" } };
	await expect(store.persistence.loadExecution("root")).rejects.toMatchObject(failure);
	await expect(store.signals.claim("go", "x")).rejects.toMatchObject(failure);
});

it("says that a row is not what it wrote", async () => {
	const data = new Map<string, unknown>();
	await prepare(openOn(data).store);
	for (const key of data.keys()) data.set(key, '{"value":"{\\"records\\":\\"x\\"}"}');
	await expect(openOn(data).store.persistence.loadExecution("root")).rejects.toMatchObject({ code: "store_corrupt" });
});

it("leaves no row behind of what was deleted", async () => {
	const data = new Map<string, unknown>();
	const { store } = openOn(data);
	await store.persistence.listExecutionIds();
	const before = new Set(data.keys());
	for (let step = 0; step < 40; step++) {
		await commit(store.persistence, [
			commitOf({ id: "a", step, event: step % 2 === 0 ? "execute" : "waiting" }, { log, result: "1" }),
		]);
	}
	for (let n = 0; n < 300; n++) await store.signals.send("go", n);
	await store.persistence.deleteExecution("a");
	for (let n = 0; n < 300; n++) await store.signals.consume("go");
	const left = [...data.keys()].filter((key) => !before.has(key));
	expect(left).toEqual(["keyv:flatstate/sent"]);
});
