/** A process that ends after any single call on files leaves the old state or the new one. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Store } from "../../runtime/store/store.ts";
import { TestClock } from "./contract/opener.ts";
import { commit, commitOf, keyOf, rowsOf, type Sample, saveForeign } from "./contract/samples.ts";
import { folders, type Observer, type OperationName, observed } from "./files-samples.ts";

class Killed extends Error {}

/** Once armed, lets so many calls through. The process is dead from then on: nothing that it still tries has an effect. */
class Death implements Observer {
	readonly #tearsWrites: boolean;
	/** Names of the calls since it was armed. */
	readonly calls: OperationName[] = [];
	#left = Number.MAX_SAFE_INTEGER;

	constructor(tearsWrites: boolean) {
		this.#tearsWrites = tearsWrites;
	}

	arm(calls: number): void {
		this.#left = calls;
		this.calls.length = 0;
	}

	get isDead(): boolean {
		return this.#left < 0;
	}

	before(name: OperationName): void {
		this.calls.push(name);
		if (--this.#left < 0) throw new Killed("killed");
	}

	/** The last call is a write that gets no further than this. */
	writeLimit(): number {
		return this.#tearsWrites && this.#left === 0 ? 7 : Number.MAX_SAFE_INTEGER;
	}
}

interface Scenario {
	readonly prepare: (store: Store) => Promise<void>;
	readonly change: (store: Store) => Promise<unknown>;
	/** What can be seen of the state. */
	readonly look: (store: Store) => Promise<unknown>;
	/** What holds whatever was seen. */
	readonly check?: (store: Store) => Promise<void>;
	/** What works afterwards. */
	readonly goOn?: (store: Store) => Promise<void>;
}

const a: Sample = { id: "a", step: 1 };
const next: Sample = { id: "a", step: 2, event: "waiting", channel: "go" };
const child: Sample = { id: "kid", parent: "a", root: "a" };
const log = (step: number) => [{ step, text: `"step ${step}"` }];

async function under(store: Store, key: string, work: (lease: Awaited<ReturnType<typeof take>>) => Promise<void>) {
	const lease = await take(store, key);
	await work(lease);
}

async function take(store: Store, key: string) {
	const lease = (await store.lock?.acquire(key)) ?? null;
	if (lease === null) throw new Error(`the lease on ${key} is held`);
	return lease;
}

function lookAt(...ids: readonly string[]): (store: Store) => Promise<unknown> {
	return async ({ persistence }) => {
		const seen: unknown[] = [];
		for (const id of ids) {
			const found = await persistence.loadExecution(id);
			const checkpoint = found?.latestKey == null ? null : await persistence.loadCheckpoint(found.latestKey);
			const { origin: _, ...row } = found ?? { origin: null };
			seen.push([row, checkpoint]);
		}
		seen.push(await persistence.listExecutionIds());
		for (const filter of [{ event: "waiting" }, { waitingChannel: "go" }, { status: "active" }] as const) {
			seen.push(await persistence.listExecutionIds(filter));
		}
		return seen;
	};
}

/** Every snapshot that can be seen has its rows in the log, each once. */
async function logIsNotBehind({ persistence }: Store): Promise<void> {
	for (const id of await persistence.listExecutionIds()) {
		const step = (await persistence.loadExecution(id))?.summary.step ?? 0;
		const steps = (await persistence.loadLog(id, 0)).map((row) => row.step);
		for (let each = 1; each <= step; each++) expect(steps).toContain(each);
		expect(steps.length).toBeLessThanOrEqual(step + 1);
		for (const key of await persistence.listCheckpoints(id)) {
			const text = (await persistence.loadCheckpoint(key))?.text ?? "";
			expect(JSON.parse(text)).toMatchObject({ execution_id: id });
		}
	}
}

/** As a reference program sees it, which knows nothing but `latest` and what it names. */
async function pointersAreWhole(dir: string): Promise<void> {
	for (const id of await readdir(dir)) {
		if (id.startsWith(".")) continue;
		if (!(await readdir(join(dir, id))).includes("latest")) continue;
		const key = await readFile(join(dir, id, "latest"), "utf8");
		expect(JSON.parse(await readFile(join(dir, key), "utf8"))).toMatchObject({ execution_id: id });
	}
}

async function goOn(store: Store): Promise<void> {
	const { persistence } = store;
	await under(store, "a", async (lease) => {
		const later: Sample = { id: "a", step: 3 };
		await commit(persistence, [commitOf(later, { log: log(3), progress: '"later"' })], lease);
		expect((await persistence.loadExecution("a"))?.latestKey).toBe(keyOf(later));
		expect((await persistence.loadCheckpoint(keyOf(later)))?.progress).toBe('"later"');
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
		expect(await persistence.loadLog("a", 3)).toEqual(log(3));
	});
}

const scenarios: Readonly<Record<string, Scenario>> = {
	"the first commit": {
		prepare: async () => {},
		change: ({ persistence }) => commit(persistence, [commitOf(a, { origin: "{}", log: log(1), result: "1" })]),
		look: lookAt("a"),
		check: logIsNotBehind,
		goOn,
	},
	"the next commit, under a lease": {
		prepare: ({ persistence }) => commit(persistence, [commitOf(a, { origin: "{}", log: log(1), progress: "1" })]),
		change: (store) =>
			under(store, "a", (lease) => commit(store.persistence, [commitOf(next, { log: log(2), progress: "2" })], lease)),
		look: lookAt("a"),
		check: logIsNotBehind,
		goOn,
	},
	"the same key once more": {
		prepare: ({ persistence }) => commit(persistence, [commitOf(a, { log: log(1), progress: "1" })]),
		change: ({ persistence }) =>
			commit(persistence, [commitOf({ ...a, context: { n: 2 } }, { log: [], progress: "2" })]),
		look: lookAt("a"),
		check: logIsNotBehind,
		goOn,
	},
	"a child and its parent": {
		prepare: ({ persistence }) => commit(persistence, [commitOf(child, { log: log(1) }), commitOf(a, { log: log(1) })]),
		change: ({ persistence }) =>
			commit(persistence, [
				commitOf({ ...child, step: 2, event: "machine_end" }, { log: log(2), result: '"r"' }),
				commitOf({ ...a, step: 2 }, { log: log(2) }),
			]),
		look: async ({ persistence }) => (await persistence.loadExecution("a"))?.summary,
		check: async (store) => {
			await logIsNotBehind(store);
			const [parent, kid] = await Promise.all(["a", "kid"].map((id) => store.persistence.loadExecution(id)));
			expect(kid?.summary.step).toBeGreaterThanOrEqual(parent?.summary.step ?? 0);
			const isWritten = await store.results.exists("flatagents://kid/result");
			expect(isWritten || kid?.summary.event !== "machine_end").toBe(true);
		},
		goOn,
	},
	"a broadcast signal": {
		prepare: async ({ signals }) => void (await signals.send("go", "hi")),
		change: ({ signals }) => signals.broadcast("go", ["x", "y"]),
		look: ({ signals }) => signals.addressees("go"),
		goOn: async ({ signals }) => {
			await signals.broadcast("go", ["x", "y"]);
			expect((await signals.peek("go")).map(({ data }) => data)).toEqual(["hi", "hi"]);
		},
	},
	"a claimed signal": {
		prepare: async ({ signals }) => void (await signals.send("go", "hi")),
		change: ({ signals }) => signals.claim("go", "x"),
		look: ({ signals }) => signals.addressees("go"),
		goOn: async ({ signals }) => expect((await signals.claim("go", "x"))?.data).toBe("hi"),
	},
	"rows only": {
		prepare: ({ persistence }) => commit(persistence, [commitOf(a, { log: log(1) })]),
		change: ({ persistence }) =>
			commit(persistence, [rowsOf({ ...a, status: "failed" }, [{ step: 1, text: '"more"' }])]),
		look: lookAt("a"),
		goOn,
	},
	"a checkpoint saved by something else": {
		prepare: ({ persistence }) => commit(persistence, [commitOf(a, { log: log(1) })]),
		change: ({ persistence }) => saveForeign(persistence, next),
		look: lookAt("a"),
		goOn,
	},
};

describe("a process that is killed after any call on files", () => {
	const makeFolder = folders();

	/** Kills after each call, or only within each write. @returns how often it did */
	async function survives(scenario: Scenario, powerLoss: boolean, tearsWrites: boolean): Promise<number> {
		const clock = new TestClock();
		const undisturbed = await (await makeFolder()).open({ now: clock.now, powerLoss }, observed({}));
		await scenario.prepare(undisturbed);
		const before = await scenario.look(undisturbed);
		await scenario.change(undisturbed);
		const done = await scenario.look(undisturbed);
		expect(done).not.toEqual(before);
		let kills = 0;
		/** Of the change when nobody disturbs it; known once it was done. */
		let calls: readonly OperationName[] = [];
		for (let at = tearsWrites ? -1 : 0; ; at++) {
			if (tearsWrites && at >= 0 && at < calls.length && calls[at] !== "write") continue;
			const { dir, open } = await makeFolder();
			const prepared = await open({ now: clock.now }, observed({}));
			await scenario.prepare(prepared);
			// From here on the index is relied upon.
			await scenario.look(prepared);
			const death = new Death(tearsWrites);
			const victim = await open({ now: clock.now, powerLoss }, observed(death));
			death.arm(at < 0 ? Number.MAX_SAFE_INTEGER : at + (tearsWrites ? 1 : 0));
			const isDone = await scenario.change(victim).then(
				() => true,
				() => false,
			);
			expect(isDone).toBe(!death.isDead);
			calls = isDone ? [...death.calls] : calls;
			// Only so that the test can close it.
			death.arm(Number.MAX_SAFE_INTEGER);
			clock.advance(60_000);
			const survivor = await open({ now: clock.now }, observed({}));
			const after = await scenario.look(survivor);
			if (isDone) expect(after).toEqual(done);
			else expect([before, done], `killed after ${at} calls`).toContainEqual(after);
			await pointersAreWhole(dir);
			await scenario.check?.(survivor);
			await scenario.goOn?.(survivor);
			if (isDone && at >= 0) return kills;
			kills++;
		}
	}

	it.each(Object.keys(scenarios))("%s: leaves the old state or the new one", async (name) => {
		const scenario = scenarios[name];
		if (scenario === undefined) throw new Error(`no scenario ${name}`);
		expect(await survives(scenario, true, false)).toBeGreaterThan(5);
		expect(await survives(scenario, false, true)).toBeGreaterThan(name === "a claimed signal" ? 0 : 1);
	});
});
