/** Whatever a machine does and wherever its store fails: the run ends as if nothing had happened, and begins nothing again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import type { Store } from "../../runtime/store/store.ts";
import { validate } from "../../src/compile.ts";
import { type Failure, failingStore } from "../durability/failing-store.ts";
import { withMethods } from "../durability/with-methods.ts";
import { Begun, finishedIn, machineOf, type Outcome, outcomeOf, runOrResume, signalAll } from "./durable-lives.ts";
import { type DurableMachine, documentOf, durableMachine, inputOf } from "./random-durable.ts";

interface Lived {
	readonly outcome: Outcome;
	readonly begun: Begun;
	readonly lives: number;
	readonly failed: number;
}

/** Lives until the root and all that it launched have come to rest. */
async function live(
	machine: DurableMachine,
	failures: readonly Failure[],
	wrap: (store: Store) => Store,
): Promise<Lived> {
	const store = openMemoryStore();
	const begun = new Begun();
	let ids = 0;
	const newId = () => `id-${++ids}`;
	let failed = 0;
	let isTriedAgain = false;
	for (let life = 0; ; life++) {
		if (life > 200) throw new Error("the run does not come to its end");
		const failure = failures[life] ?? { after: Number.POSITIVE_INFINITY, takesEffect: false };
		const failing = failingStore(wrap(store), failure);
		const flat = machineOf(machine, failing.store, begun, newId);
		const result = await soon(
			runOrResume(flat, failing.store, machine, { onEvent: (event) => begun.hear(event) }),
			`life ${life}`,
		);
		const others = failing.hasFailed ? [] : (await signalAll(store)).filter((id) => id !== "root");
		for (const id of others) await soon(flat.resume(id), id);
		// Whoever resumes what has failed has it tried again, also where only this process does not know of the end.
		isTriedAgain ||= (await store.persistence.loadExecution("root"))?.summary.status === "failed";
		begun.finished = new Set(isTriedAgain ? [] : await finishedIn(store));
		if (failing.hasFailed) {
			failed += 1;
			continue;
		}
		if (result.status === "waiting" || others.length > 0) continue;
		return { outcome: await outcomeOf(store, result, begun), begun, lives: life + 1, failed };
	}
}

/** A run that hangs is to be told as such, with the machine that made it hang. */
async function soon<T>(run: Promise<T>, name: string): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`${name} hangs`)), 3000);
	});
	return Promise.race([run, late]).finally(() => clearTimeout(timer));
}

const failures = fc.array(
	fc.record({
		after: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 40 })),
		takesEffect: fc.boolean(),
	}),
	{ minLength: 1, maxLength: 6 },
);

function compiles(machine: DurableMachine): boolean {
	return validate(documentOf(machine)).every(({ severity }) => severity !== "error");
}

/** Commits that take their time, one after the other, as on a network; two at once would be a mistake. */
function slowly(store: Store): Store {
	const underWay = new Set<string | undefined>();
	const persistence = withMethods(store.persistence, {
		commit(commits, lease) {
			const run = commits[0]?.summary.root_execution_id;
			if (underWay.has(run)) throw new Error("two commits of one run at once");
			underWay.add(run);
			return new Promise<void>((resolve, reject) => {
				setImmediate(() => {
					underWay.delete(run);
					try {
						store.persistence.commit(commits, lease);
						resolve();
					} catch (error) {
						reject(error);
					}
				});
			});
		},
	});
	return { ...store, persistence };
}

describe.each([
	["done when they return", (store: Store) => store],
	["slow", slowly],
])("a run on a store whose commits are %s", (_, wrap) => {
	it("ends as an undisturbed one wherever commits fail, and begins nothing again that was stored", async () => {
		const seen = { runs: 0, failed: 0, lives: 0, done: 0, executions: 0 };
		await fc.assert(
			fc.asyncProperty(
				durableMachine,
				fc.array(failures, { minLength: 1, maxLength: 3 }),
				async (machine, disturbed) => {
					fc.pre(compiles(machine));
					const calm = await live(machine, [], wrap);
					expect(calm.begun.repeated).toEqual([]);
					expect(calm.outcome.executions.filter((text) => / (active|waiting) at /.test(text))).toEqual([]);
					for (const list of disturbed) {
						const { outcome, begun, failed, lives } = await live(machine, list, wrap);
						expect(outcome).toEqual(calm.outcome);
						expect(begun.repeated).toEqual([]);
						seen.runs += 1;
						seen.failed += failed;
						seen.lives += lives;
						if (outcome.status === "done") seen.done += 1;
						seen.executions += outcome.executions.length;
					}
				},
			),
			{ numRuns: 100, interruptAfterTimeLimit: 8000, markInterruptAsFailure: false },
		);
		console.log(seen);
		expect(seen.failed).toBeGreaterThan(seen.runs / 2);
		expect(seen.done).toBeGreaterThan(0);
	}, 60_000);
});

describe("a run without a store", () => {
	it("that limits stop, signals wake, and failures interrupt ends in the same process as an undisturbed one", async () => {
		const seen = { runs: 0, stopped: 0, failed: 0, waiting: 0 };
		const stops = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
		const broken = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 4 });
		await fc.assert(
			fc.asyncProperty(durableMachine, stops, broken, async (machine, steps, calls) => {
				fc.pre(compiles(machine));
				const calm = await inMemory(machine, [], new Set());
				const lived = await inMemory(machine, steps, new Set(calls));
				expect(lived.outcome).toEqual(calm.outcome);
				if (!lived.seen.failed) expect(lived.twice).toEqual([]);
				seen.runs += 1;
				seen.stopped += lived.seen.stopped;
				seen.failed += lived.seen.failed;
				seen.waiting += lived.seen.waiting;
			}),
			{ numRuns: 150, interruptAfterTimeLimit: 6000, markInterruptAsFailure: false },
		);
		console.log(seen);
		expect(seen.stopped).toBeGreaterThan(0);
		expect(seen.failed).toBeGreaterThan(0);
		expect(seen.waiting).toBeGreaterThan(0);
	}, 60_000);
});

/**
 * Runs in the memory of the process. A run that fails since a call was broken goes on; one that fails by itself has ended.
 * @param stops after how many more steps each life stops
 * @param broken numbers of the calls that a broken line interrupts
 */
async function inMemory(machine: DurableMachine, stops: readonly number[], broken: ReadonlySet<number>) {
	const begun = new Begun();
	let ids = 0;
	let call = 0;
	const flat = machineOf(
		machine,
		undefined,
		begun,
		() => `id-${++ids}`,
		(key, does) => {
			const [id, , state = ""] = key.split("/");
			// What is routed, or is a value among others, does not end the run.
			const endsRun = id === "root" && does === "answer" && !("on_error" in Object(machine.states[state]));
			if (endsRun && broken.has(call++)) throw new Error("the line is broken");
		},
	);
	const store = await flat.store();
	if (!store) throw new Error("there is a store in memory");
	const seen = { stopped: 0, failed: 0, waiting: 0 };
	const onEvent = (event: Parameters<Begun["hear"]>[0]) => begun.hear(event);
	let result: RunResult | undefined;
	for (let life = 0; life < 100; life++) {
		const maxSteps = life < stops.length ? (result?.steps ?? 0) + (stops[life] ?? 1) : 1000;
		const run = result
			? flat.resume("root", { maxSteps, onEvent })
			: flat.run(inputOf(machine), { executionId: "root", maxSteps, onEvent });
		result = await soon(run, `life ${life}`);
		if (result.status === "stopped") seen.stopped += 1;
		else if (result.status === "waiting") {
			seen.waiting += 1;
			await signalAll(store);
		} else if (
			result.status === "failed" &&
			result.error instanceof Error &&
			result.error.message === "the line is broken"
		)
			seen.failed += 1;
		else break;
	}
	if (!result) throw new Error("no life at all");
	const { status, output, error } = result;
	const totals = [result.state, result.steps, result.agentCalls, result.cost, result.usage];
	const path = [...begun.path].sort(([a], [b]) => a - b);
	const twice = begun.names.filter((name, index) => begun.names.indexOf(name) !== index);
	const outcome = { status, output, error: error instanceof Error ? error.message : null, totals, path };
	return { outcome, seen, twice };
}
