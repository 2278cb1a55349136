/** What a store gives is not trusted: whatever it says, readers give their types or one of their errors, and never hang. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { readRows } from "../../runtime/checkpoint/log.ts";
import {
	CorruptCheckpointError,
	type MachineSnapshot,
	parseSnapshot,
} from "../../runtime/checkpoint/machine-snapshot.ts";
import { readOrigin, readProgress } from "../../runtime/checkpoint/progress.ts";
import { SnapshotMismatchError, toXState } from "../../runtime/checkpoint/xstate-snapshot.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { withMethods } from "../durability/with-methods.ts";
import { documentOf } from "../runtime/flat.ts";
import { hostile, keys, mapping, ownEntries } from "./hostile-texts.ts";

const documentOfMachine = documentOf(
	`context: { n: 0 }
hooks: h
machines:
  child:
    spec: flatmachine
    data: { name: child, states: { one: { type: initial, transitions: [{ to: end }] }, end: { type: final } } }
states:
  one: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ condition: context.n > 1, to: two }, { to: ask }] }
  two: { foreach: "{{ [1, 2] }}", as: item, machine: child, transitions: [{ to: ask }] }
  ask: { wait_for: c, timeout: 5, transitions: [{ to: pure }] }
  pure: { transitions: [{ to: end }] }
  end: { type: final, output: { n: context.n } }`,
	{ use: ["a"] },
);

const machine = new FlatMachine({
	config: documentOfMachine,
	store: null,
	script: { a: { n: 1 } },
	hooks: { h: { onTransition: (_from, to) => to, onError: () => null } },
});

const place = fc.constantFrom(...Object.keys(machine.config.states), "__proto__", "nowhere");
const snapshots = mapping({
	execution_id: fc.constant("x"),
	machine_name: fc.constant("test"),
	spec_version: fc.constant("4.2.1"),
	current_state: place,
	context: fc
		.array(fc.tuple(fc.oneof(keys, fc.constantFrom("n", "machine")), hostile), { maxLength: 3 })
		.map(ownEntries),
	step: fc.nat({ max: 5 }),
	created_at: fc.constant("2026-01-01T00:00:00.000000+00:00"),
	event: fc.constantFrom("machine_start", "state_enter", "execute", "waiting", "state_exit", "machine_end"),
	output: hostile,
	total_api_calls: fc.oneof(fc.nat(), hostile),
	total_cost: fc.oneof(fc.nat(), hostile),
	parent_execution_id: fc.constant(null),
	pending_launches: fc.oneof(
		fc.constant(null),
		fc.array(hostile, { maxLength: 2 }),
		mapping({ execution_id: keys, machine: fc.constant("child"), input: hostile, launched: fc.boolean() }).map(
			(text) => [text],
		),
	),
	waiting_channel: fc.constantFrom(null, "c"),
	tool_loop_state: fc.constant(null),
	config_hash: fc.constant(null),
});

const progresses = mapping({
	format: fc.constant(1),
	at: place,
	run: fc.oneof(
		hostile,
		fc.record(
			{
				next: place,
				resuming: fc.boolean(),
				failure: hostile,
				failure_names: hostile,
				limits: hostile,
				usage: hostile,
				channel: hostile,
				signal: hostile,
				effect_step: hostile,
				asks: hostile,
				stopped: hostile,
				input: hostile,
			},
			{ requiredKeys: [], noNullPrototype: true },
		),
	),
});
const origins = mapping({
	format: fc.constant(1),
	machine: fc.constantFrom("test", "<inline>", "__proto__"),
	input: hostile,
	depth: fc.oneof(fc.nat({ max: 3 }), hostile),
	file: fc.oneof(fc.constant(null), fc.string()),
	config_hash: fc.oneof(fc.constant(null), fc.string()),
});
const logs = fc.array(
	fc.tuple(
		fc.nat({ max: 5 }),
		fc.oneof(
			fc.string(),
			fc
				.array(
					mapping({
						at: place,
						key: fc.constantFrom(
							"agent.a.1",
							"id.item.0",
							"item.0",
							"deadline",
							"signal",
							"transition",
							"error",
							"retry",
							"launched",
							"__proto__",
						),
						time: fc.nat(),
						output: hostile,
						error: hostile,
						summary: hostile,
					}),
					{ maxLength: 4 },
				)
				.map((list) => `[${list.join(",")}]`),
		),
	),
	{ maxLength: 4 },
);

function unpolluted(): void {
	expect(Object.keys(Object.prototype)).toEqual([]);
	expect(Reflect.get({}, "polluted")).toBeUndefined();
}

function attempt<T>(read: () => T, known: readonly (new (...args: never[]) => Error)[]): T | undefined {
	try {
		return read();
	} catch (error) {
		if (known.some((type) => error instanceof type)) return undefined;
		throw error;
	}
}

describe("readers of stored texts", () => {
	it("give an origin, progress and rows of their types, or nothing", () => {
		fc.assert(
			fc.property(origins, progresses, logs, (origin, progress, log) => {
				const read = readOrigin(origin);
				if (read) expect([typeof read.machine, typeof read.depth]).toEqual(["string", "number"]);
				const known = readProgress(progress);
				if (known) expect(typeof known.at).toBe("string");
				for (const entry of readRows(log.map(([step, text]) => ({ step, text })))) {
					expect(["output", "error"].filter((key) => key in entry.entry)).toHaveLength(1);
				}
				unpolluted();
			}),
		);
	});

	it("give a snapshot that a machine can be made of, or one of two errors", () => {
		let restored = 0;
		fc.assert(
			fc.property(snapshots, progresses, (text, progress) => {
				const snapshot: MachineSnapshot | undefined = attempt(
					() => parseSnapshot(text, "x/latest"),
					[CorruptCheckpointError],
				);
				if (!snapshot) return;
				expect(Number.isSafeInteger(snapshot.step) && snapshot.step >= 0).toBe(true);
				expect(snapshot.total_api_calls >= 0 && snapshot.total_cost >= 0).toBe(true);
				const made = attempt(
					() => toXState(machine.config, snapshot, { progress: readProgress(progress) }),
					[SnapshotMismatchError],
				);
				if (made) restored += 1;
				unpolluted();
			}),
			{ numRuns: 500 },
		);
		expect(restored).toBeGreaterThan(100);
	});
});

/** A store that says of execution `x` what it was told to say. */
function lyingStore(
	text: string,
	progress: string | null,
	origin: string | null,
	rows: readonly { readonly step: number; readonly text: string }[],
): Store {
	const store = openMemoryStore();
	const summary = {
		execution_id: "x",
		root_execution_id: "x",
		parent_execution_id: null,
		machine_name: "test",
		status: "active",
		event: "execute",
		current_state: "one",
		step: 1,
		waiting_channel: null,
		wake_at: null,
		total_api_calls: 0,
		total_cost: 0,
		error: null,
		created_at: "",
		updated_at: "",
	} as const;
	const persistence = withMethods(store.persistence, {
		loadExecution: async (id) => (id === "x" ? { summary, origin, latestKey: "x/step_000001_execute.json" } : null),
		loadCheckpoint: async () => ({ text, progress }),
		listCheckpoints: async () => [],
		loadLog: async () => rows,
	});
	return { ...store, persistence };
}

it("an execution of a store that says anything ends, fails or waits, and never hangs or ends the process", async () => {
	const statuses = new Map<string, number>();
	await fc.assert(
		fc.asyncProperty(
			snapshots,
			fc.option(progresses),
			fc.option(origins),
			logs,
			async (text, progress, origin, log) => {
				const store = lyingStore(
					text,
					progress,
					origin,
					log.map(([step, row]) => ({ step, text: row })),
				);
				const resumed = new FlatMachine({
					config: documentOfMachine,
					store,
					script: { a: { n: 1 } },
					hooks: { h: { onTransition: (_from, to) => to, onError: () => null } },
				});
				let timer: NodeJS.Timeout | undefined;
				const late = new Promise<"hangs">((resolve) => {
					timer = setTimeout(() => resolve("hangs"), 2000);
				});
				const ended = resumed.resume("x", { useCurrent: true, maxSteps: 20 }).then(
					({ status, error }) => (error instanceof TypeError || error instanceof RangeError ? error : status),
					(error: unknown) => (error instanceof FlatstateError ? error.code : error),
				);
				const how = await Promise.race([ended, late]);
				clearTimeout(timer);
				if (typeof how !== "string") throw how;
				expect(how).not.toBe("hangs");
				statuses.set(how, (statuses.get(how) ?? 0) + 1);
				unpolluted();
			},
		),
		{ numRuns: 300, interruptAfterTimeLimit: 8000, markInterruptAsFailure: false },
	);
	console.log(Object.fromEntries(statuses));
	expect(statuses.size).toBeGreaterThan(2);
}, 60_000);
