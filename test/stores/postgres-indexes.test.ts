/** No look-up reads what it does not give: plans of the server for 100,000 parked executions. */
import { expect, it } from "vitest";
import { lookup } from "../../adapters/stores/postgres/lookups.ts";
import { oldestFree } from "../../adapters/stores/postgres/signals.ts";
import { tablesOf } from "../../adapters/stores/postgres/tables.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ExecutionFilter } from "../../runtime/store/execution-summary.ts";
import { commit, commitOf, summaryOf } from "./contract/samples.ts";
import { describePostgres, type PostgresUnderTest } from "./postgres-harness.ts";

const parked = 100_000;

/** Rows as commits leave them, made by the server: 1,000 hours of executions, each on a channel of its own. */
async function park({ sql }: PostgresUnderTest): Promise<void> {
	const summary = JSON.stringify(summaryOf({ id: "ID", event: "waiting", channel: "CHANNEL" }));
	await sql(
		`INSERT INTO $schema.flatstate_executions (id, root_id, parent_id, status, event, waiting_channel, wake_at,
			updated_at, updated_hour, latest_key, summary)
		SELECT 'e' || n, CASE WHEN n % 2 = 0 THEN 'e' || n ELSE 'e' || n - 1 END,
			CASE WHEN n % 2 = 0 THEN NULL ELSE 'e' || n - 1 END,
			CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'waiting' END, CASE WHEN n % 1000 = 0 THEN 'execute' ELSE 'waiting' END,
			'c' || n, CASE WHEN n % 10 = 0 THEN n * 1000::bigint END, n * 36000::bigint, n / 100, NULL, $1
		FROM generate_series(0, ${parked - 1}) AS n`,
		[summary],
	);
}

/** The plan's nodes, from the top down. */
async function explain({ sql }: PostgresUnderTest, text: string, values: readonly unknown[]): Promise<Plan[]> {
	const [row] = await sql(`EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF, COSTS OFF) ${text}`, values);
	const [top] = Array.isArray(row?.["QUERY PLAN"]) ? row["QUERY PLAN"] : [];
	const nodes: Plan[] = [];
	const visit = (node: unknown) => {
		if (!isRecord(node)) return;
		const { "Node Type": type, "Index Name": index, "Actual Rows": rows, "Rows Removed by Filter": removed } = node;
		nodes.push({ type: String(type), index: index ?? null, rows: Number(rows), removed: Number(removed ?? 0) });
		if (Array.isArray(node.Plans)) node.Plans.forEach(visit);
	};
	visit(isRecord(top) ? top.Plan : undefined);
	expect(nodes).not.toEqual([]);
	return nodes;
}

interface Plan {
	readonly type: string;
	readonly index: unknown;
	readonly rows: number;
	/** Read for nothing. */
	readonly removed: number;
}

await describePostgres("100,000 parked executions in Postgres", (make) => {
	it("are looked up by the index of each filter, and one channel without looking at the others", async () => {
		const postgres = make();
		const store = await postgres.open();
		const tables = tablesOf(postgres.schema);
		await park(postgres);
		const plan = async (filter: ExecutionFilter) => {
			const { text, values } = lookup(tables, "id, summary", filter);
			const nodes = await explain(postgres, text, values);
			expect(nodes.map(({ type }) => type)).not.toContain("Seq Scan");
			return nodes;
		};
		// Also before the server has counted anything.
		for (const statistics of ["", "ANALYZE $schema.flatstate_executions"]) {
			if (statistics !== "") await postgres.sql(statistics);
			const nodes = await plan({ waitingChannel: "c4711" });
			expect(nodes.map(({ index }) => index)).toContain("flatstate_executions_channel");
			for (const { rows, removed } of nodes) expect(rows + removed).toBe(1);
		}
		const expectations: readonly (readonly [ExecutionFilter, string, number])[] = [
			[{ event: "execute" }, "flatstate_executions_event", 100],
			[{ status: "failed" }, "flatstate_executions_status", 100],
			[{ parentExecutionId: "e10" }, "flatstate_executions_parent", 1],
			[{ rootExecutionId: "e10" }, "flatstate_executions_root", 2],
			[{ wakeBefore: 100_000 }, "flatstate_executions_wake", 11],
			[{ updatedBefore: 10 * 3_600_000 + 1 }, "flatstate_executions_hour", 1001],
		];
		for (const [filter, index, found] of expectations) {
			const nodes = await plan(filter);
			expect(nodes.map((node) => node.index)).toContain(index);
			expect(nodes[0]?.rows).toBe(found);
			// Of the last hour, those that changed later are read for nothing.
			for (const { removed } of nodes) expect(removed).toBeLessThan(100);
		}
		const page = await plan({ status: "waiting", after: "e5", limit: 10 });
		for (const { rows, removed } of page) expect(rows + removed).toBeLessThan(20);
		const tops = await plan({ rootsOnly: true, after: "e5", limit: 10 });
		expect(tops.map(({ index }) => index)).toContain("flatstate_executions_tops");
		for (const { rows, removed } of tops) expect(rows + removed).toBeLessThan(20);
		expect(await store.persistence.listExecutionIds({ waitingChannel: "c4711" })).toEqual(["e4711"]);
		expect(await store.persistence.listExecutionIds()).toHaveLength(parked);
	});

	it("have signals that are claimed without looking at other channels", async () => {
		const postgres = make();
		const store = await postgres.open();
		await postgres.sql(
			`INSERT INTO $schema.flatstate_signals (id, channel, execution_id, body, created_at)
			SELECT 's' || n, 'c' || n % 10, CASE WHEN n % 3 = 0 THEN 'e' || n END, 'null', ''
			FROM generate_series(1, ${parked}) AS n`,
		);
		await postgres.sql("ANALYZE $schema.flatstate_signals");
		const free = await explain(
			postgres,
			`SELECT id FROM ${postgres.schema}.flatstate_signals
				WHERE channel = $1 AND ${oldestFree}`,
			["c7"],
		);
		expect(free.map(({ index }) => index)).toContain("flatstate_signals_queue");
		for (const { rows, removed } of free) expect(rows + removed).toBe(1);
		const addressed = await explain(
			postgres,
			`SELECT id FROM ${postgres.schema}.flatstate_signals WHERE execution_id = $1`,
			["e9999"],
		);
		for (const { type, rows, removed } of addressed) {
			expect(type).not.toBe("Seq Scan");
			expect(rows + removed).toBe(1);
		}
		expect((await store.signals.claim("c7", "e"))?.id).toBe("s7");
		expect(await store.signals.channels()).toHaveLength(10);
	});

	it("have logs of which no earlier rows are read", async () => {
		const postgres = make();
		const store = await postgres.open();
		await postgres.sql(
			`INSERT INTO $schema.flatstate_log (execution_id, step, body)
			SELECT 'e' || n % 10, n / 10, 'text' FROM generate_series(0, ${parked - 1}) AS n`,
		);
		await postgres.sql("ANALYZE $schema.flatstate_log");
		const nodes = await explain(
			postgres,
			`SELECT step::float8 AS step, body FROM ${postgres.schema}.flatstate_log
				WHERE execution_id = $1 AND step >= $2::bigint ORDER BY step, seq`,
			["e3", 9998],
		);
		for (const { type, rows, removed } of nodes) {
			expect(type).not.toBe("Seq Scan");
			expect(rows + removed).toBe(2);
		}
		expect(await store.persistence.loadLog("e3", 9998)).toEqual([9998, 9999].map((step) => ({ step, text: "text" })));
	});

	it("write to no index of the executions while they run", async () => {
		const postgres = make();
		const store = await postgres.open();
		for (let step = 1; step <= 20; step++) {
			await commit(store.persistence, [commitOf({ id: "a", step }, { log: [{ step, text: "{}" }] })]);
		}
		await store.close();
		const [row] = await postgres.sql(
			`SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables
				WHERE schemaname = '$schema' AND relname = 'flatstate_executions'`,
		);
		expect(row).toEqual({ updates: 19, hot: 19 });
	});
});
