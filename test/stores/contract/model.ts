/** Random sequences of commits, foreign writes and deletions, against maps that do the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointEvents } from "../../../runtime/checkpoint/machine-snapshot.ts";
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type { LogRow, PersistenceBackend } from "../../../runtime/store/persistence-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import {
	commit,
	commitOf,
	keyOf,
	rowsOf,
	type Sample,
	sampleTime,
	saveForeign,
	snapshotOf,
	summaryOf,
} from "./samples.ts";

interface ModelExecution {
	summary: ExecutionSummary;
	latestKey: string | null;
	/** Keys in the order of their first writing, with their texts. */
	readonly checkpoints: Map<string, string>;
	readonly log: LogRow[];
}

type Step =
	| { readonly do: "commit" | "rows"; readonly sample: Sample; readonly rows: number }
	| { readonly do: "save"; readonly sample: Sample }
	| { readonly do: "delete"; readonly id: string };

const ids = ["a", "B", "c d", "é"] as const;
const id = fc.constantFrom(...ids);
const events = checkpointEvents.filter((event) => event !== "waiting");

const sample: fc.Arbitrary<Sample> = fc
	.record({
		id,
		step: fc.nat(3),
		event: fc.constantFrom(...events, "waiting" as const),
		channel: fc.constantFrom("go", "stay"),
		parent: fc.constantFrom(null, "p"),
		isChild: fc.boolean(),
		at: fc.nat(4).map((seconds) => sampleTime + seconds * 1000),
		context: fc.record({ text: fc.string({ unit: "binary", maxLength: 5 }) }),
	})
	.map(({ channel, isChild, ...rest }) => ({
		...rest,
		channel: rest.event === "waiting" ? channel : null,
		...(isChild && { root: "B" }),
	}));

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ do: fc.constant("commit" as const), sample, rows: fc.nat(3) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constant("rows" as const), sample, rows: fc.nat(3) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), id }) },
);

const filter: fc.Arbitrary<ExecutionFilter> = fc.record(
	{
		event: fc.constantFrom(...checkpointEvents),
		waitingChannel: fc.constantFrom("go", "stay"),
		parentExecutionId: fc.constant("p"),
		rootExecutionId: id,
		rootsOnly: fc.boolean(),
		status: fc.constantFrom("active" as const, "waiting" as const, "done" as const),
		updatedBefore: fc.nat(5).map((seconds) => sampleTime + seconds * 1000),
		limit: fc.nat(4),
		after: fc.constantFrom("", "a", "b", "z"),
	},
	{ requiredKeys: [] },
);

export function modelContract(name: string, opener: StoreOpener): void {
	describe(`${name}: any sequence`, () => {
		const open = storesOf(opener);

		async function agrees(steps: readonly Step[], filters: readonly ExecutionFilter[]): Promise<void> {
			const { store, other, close } = await open();
			try {
				const model = new Map<string, ModelExecution>();
				for (const [index, each] of steps.entries()) {
					await apply(index % 2 === 0 ? store.persistence : other.persistence, model, each);
				}
				await compare(other.persistence, model, filters);
			} finally {
				await close();
			}
		}

		it("of commits and deletions leaves what it leaves in a map", async () => {
			const steps = fc.array(step, { maxLength: 25 });
			await fc.assert(fc.asyncProperty(steps, fc.array(filter, { maxLength: 8 }), agrees), { numRuns: 12 });
		});

		it("of writes by something else leaves what it leaves in a map", async () => {
			const saves: fc.Arbitrary<Step> = fc.record({ do: fc.constant("save" as const), sample });
			const steps = fc.array(fc.oneof(saves, fc.record({ do: fc.constant("delete" as const), id })), { maxLength: 15 });
			await fc.assert(fc.asyncProperty(steps, fc.array(filter, { maxLength: 8 }), agrees), { numRuns: 8 });
		});
	});
}

async function apply(persistence: PersistenceBackend, model: Map<string, ModelExecution>, each: Step): Promise<void> {
	if (each.do === "delete") {
		model.delete(each.id);
		for (const [id, { summary }] of model) if (summary.root_execution_id === each.id) model.delete(id);
		await persistence.deleteExecution(each.id);
		return;
	}
	// No snapshot has the root.
	const { root: _, ...saved } = each.sample;
	const sample: Sample = each.do === "save" ? saved : each.sample;
	const found = model.get(sample.id);
	const known: ModelExecution = found ?? {
		summary: summaryOf(sample),
		latestKey: null,
		checkpoints: new Map(),
		log: [],
	};
	model.set(sample.id, known);
	known.summary = summaryOf(sample);
	if (each.do !== "rows") {
		known.latestKey = keyOf(sample);
		known.checkpoints.set(keyOf(sample), JSON.stringify(snapshotOf(sample)));
	}
	if (each.do === "save") {
		known.summary = { ...known.summary, created_at: snapshotOf(sample).created_at };
		await saveForeign(persistence, sample);
		return;
	}
	const from = known.log.at(-1)?.step ?? 0;
	const rows = Array.from({ length: each.rows }, (_, index) => ({
		step: from + index,
		text: `${known.log.length + index}`,
	}));
	known.log.push(...rows);
	await commit(persistence, [each.do === "commit" ? commitOf(sample, { log: rows }) : rowsOf(sample, rows)]);
}

async function compare(
	persistence: PersistenceBackend,
	model: ReadonlyMap<string, ModelExecution>,
	filters: readonly ExecutionFilter[],
): Promise<void> {
	for (const each of [{}, ...filters]) {
		const expected = expectedRows(model, each);
		expect(await persistence.listExecutionIds(each)).toEqual(expected.map(({ execution_id }) => execution_id));
		expect(await persistence.listExecutions(each)).toEqual(expected);
	}
	for (const each of ids) {
		const known = model.get(each);
		const stored = await persistence.loadExecution(each);
		expect(stored?.summary).toEqual(known?.summary);
		expect(stored?.latestKey).toEqual(known?.latestKey);
		const keys = await persistence.listCheckpoints(each);
		expect([...keys].sort()).toEqual([...(known?.checkpoints.keys() ?? [])].sort());
		expect(keys.map(stepOf)).toEqual(keys.map(stepOf).sort((a, b) => a - b));
		for (const key of keys) expect((await persistence.loadCheckpoint(key))?.text).toBe(known?.checkpoints.get(key));
		for (const from of [0, 1, 3]) {
			expect(await persistence.loadLog(each, from)).toEqual(known?.log.filter((row) => row.step >= from) ?? []);
		}
	}
}

function expectedRows(model: ReadonlyMap<string, ModelExecution>, filter: ExecutionFilter): ExecutionSummary[] {
	const { event, waitingChannel, parentExecutionId, rootExecutionId, rootsOnly, status, updatedBefore, limit, after } =
		filter;
	return [...model.values()]
		.map(({ summary }) => summary)
		.filter((row) => event === undefined || row.event === event)
		.filter((row) => waitingChannel === undefined || row.waiting_channel === waitingChannel)
		.filter((row) => parentExecutionId === undefined || row.parent_execution_id === parentExecutionId)
		.filter((row) => rootExecutionId === undefined || row.root_execution_id === rootExecutionId)
		.filter((row) => rootsOnly !== true || row.root_execution_id === row.execution_id)
		.filter((row) => status === undefined || row.status === status)
		.filter((row) => updatedBefore === undefined || Date.parse(row.updated_at) < updatedBefore)
		.filter((row) => after === undefined || row.execution_id > after)
		.sort((a, b) => (a.execution_id < b.execution_id ? -1 : 1))
		.slice(0, limit);
}

function stepOf(key: string): number {
	return Number(/step_(\d+)_/.exec(key)?.[1]);
}
