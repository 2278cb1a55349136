import { describe, expect, it } from "vitest";
import { loadDriver } from "../../adapters/stores/sqlite/driver.ts";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import type { ExecutionFilter } from "../../runtime/store/execution-summary.ts";
import { commit, commitOf, saveForeign } from "./contract/samples.ts";

/** Opens a store that tells which statements it prepares, and how SQLite would run them. */
async function openExplained() {
	const database = loadDriver()(":memory:");
	const seen = new Set<string>();
	const prepare = (sql: string) => {
		seen.add(sql);
		return database.prepare(sql);
	};
	const store = await openSqliteStore(":memory:", { driver: () => ({ ...database, prepare }) });
	seen.clear();
	const planOf = (sql: string) =>
		database
			.prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.all([])
			.map(({ detail }) => String(detail));
	const countOf = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get([])?.n;
	return { store, seen, planOf, countOf };
}

const time = Date.parse("2026-01-01T00:00:00Z");

const filters: readonly (readonly [index: string, filter: ExecutionFilter])[] = [
	["flatstate_by_event", { event: "waiting" }],
	["flatstate_by_channel", { waitingChannel: "go" }],
	["flatstate_by_parent", { parentExecutionId: "p" }],
	["flatstate_by_root", { rootExecutionId: "r" }],
	["flatstate_by_status", { status: "waiting" }],
	["flatstate_by_age", { updatedBefore: time }],
	["flatstate_by_wake", { wakeBefore: time }],
	["flatstate_by_channel", { waitingChannel: "go", event: "waiting", status: "waiting", after: "a", limit: 3 }],
	["flatstate_by_parent", { parentExecutionId: "p", event: "waiting", updatedBefore: time }],
	["flatstate_by_root", { rootExecutionId: "r", status: "done", updatedBefore: time }],
	["flatstate_by_wake", { wakeBefore: time, status: "waiting", event: "waiting" }],
	["flatstate_by_status", { status: "active", updatedBefore: time, after: "a" }],
	["flatstate_by_age", { updatedBefore: time, limit: 10 }],
];

describe("look-ups in SQLite", () => {
	it.each(filters)("use the index %s for %j", async (index, filter) => {
		const { store, seen, planOf } = await openExplained();
		await store.persistence.listExecutionIds(filter);
		await store.persistence.listExecutions(filter);
		const queries = [...seen].filter((sql) => sql.includes("FROM flatstate_executions"));
		expect(queries).toHaveLength(2);
		for (const sql of queries) {
			const [first] = planOf(sql);
			expect(first).toMatch(new RegExp(`^SEARCH flatstate_executions USING (COVERING )?INDEX ${index} \\(`));
		}
		await store.close();
	});

	it("of those that no parent waits for leave the children out, page by page", async () => {
		const { store, seen, planOf } = await openExplained();
		const children = Array.from({ length: 1000 }, (_, n) => commitOf({ id: `r-${n}`, parent: "r", root: "r" }));
		await commit(store.persistence, [...children, commitOf({ id: "r" }), commitOf({ id: "s" })]);
		seen.clear();
		expect(await store.persistence.listExecutionIds({ rootsOnly: true, limit: 10 })).toEqual(["r", "s"]);
		expect(await store.persistence.listExecutionIds({ rootsOnly: true, after: "r" })).toEqual(["s"]);
		const queries = [...seen].filter((sql) => sql.includes("FROM flatstate_executions"));
		expect(queries.flatMap(planOf)).toEqual([
			"SCAN flatstate_executions USING INDEX flatstate_roots",
			"SEARCH flatstate_executions USING INDEX flatstate_roots (execution_id>?)",
		]);
		await store.close();
	});

	it("of a page begin where the page begins", async () => {
		const { store, seen, planOf } = await openExplained();
		await store.persistence.listExecutionIds({ after: "a", limit: 10 });
		const [sql = ""] = [...seen].filter((text) => text.includes("FROM flatstate_executions"));
		expect(planOf(sql)).toEqual(["SEARCH flatstate_executions USING PRIMARY KEY (execution_id>?)"]);
		await store.close();
	});

	it("never walk through a table, whatever is asked", async () => {
		const { store, seen, planOf } = await openExplained();
		const { persistence, signals, results, configs, joins } = store;
		await commit(persistence, [commitOf({ id: "a" }, { origin: "{}", log: [{ step: 1, text: "1" }], result: "1" })]);
		await saveForeign(persistence, { id: "b" });
		const key = "a/step_000001_execute.json";
		await persistence.loadExecution("a");
		await persistence.loadCheckpoint(key);
		await persistence.load("a/latest");
		await persistence.listCheckpoints("a");
		await persistence.loadLog("a", 1);
		await persistence.delete(key);
		await signals.send("go", 1);
		await signals.broadcast("go", ["x"]);
		await signals.claim("go", "x");
		await signals.consume("go");
		await signals.peek("go");
		await signals.channels();
		await signals.addressees("go");
		const stop = await signals.subscribe(() => {});
		await signals.acknowledge(await signals.send("go", 1));
		await stop();
		await results.read("flatagents://a/result");
		await results.delete("flatagents://a/result");
		await configs.get(await configs.put("a: 1"));
		const lease = await store.lock?.acquire("a");
		if (lease) await store.lock?.renew(lease);
		await joins?.open({ id: "j", executionId: "a", needed: 2, held: ["h"], wake: "w" });
		await joins?.open({ id: "k", executionId: "a", needed: 2, held: ["h"], wake: "w" });
		await joins?.end("j", "m", "");
		await joins?.state("j");
		await joins?.outcomes("j", 0, 1);
		await joins?.idle(Date.now() + 1, 1);
		await joins?.close("k");
		await persistence.prune({ maxAgeSeconds: 1, maxCount: 1 });
		await persistence.deleteExecution("a");
		const scans = [...seen].flatMap((sql) => planOf(sql).filter((line) => /^SCAN (?!CONSTANT|\d)/.test(line)));
		// Marks of other programs' writes are few; the rest walks through rows that were found by an index.
		const harmless = ["SCAN flatstate_foreign", "SCAN names", "SCAN family"];
		// The least channel is the first entry of the index.
		harmless.push("SCAN signals USING COVERING INDEX flatstate_signals_of");
		// Pruning by number has to count; it does so along the index of ages.
		harmless.push("SCAN e USING INDEX flatstate_by_age");
		expect(scans.filter((line) => !harmless.includes(line))).toEqual([]);
		expect(seen.size).toBeGreaterThan(30);
		await store.close();
	});

	it("leave nothing of joins that are closed or whose execution is deleted", async () => {
		const { store, countOf } = await openExplained();
		const held = Array.from({ length: 50 }, (_, n) => `h${n}`);
		await commit(store.persistence, [commitOf({ id: "a" })]);
		for (const id of ["j", "k"]) await store.joins?.open({ id, executionId: "a", needed: 60, held, wake: "w" });
		for (const id of ["j", "k"]) await store.joins?.end(id, "m", "");
		const tables = ["flatstate_joins", "flatstate_join_held", "flatstate_join_members"];
		await store.joins?.close("j");
		expect(tables.map(countOf)).toEqual([1, 50, 1]);
		await store.persistence.deleteExecution("a");
		expect(tables.map(countOf)).toEqual([0, 0, 0]);
		await store.close();
	});

	it("of one who waits among 20,000 look at that one only", async () => {
		const { store, seen, planOf } = await openExplained();
		const many = Array.from({ length: 20_000 }, (_, n) =>
			commitOf({ id: `e${n}`, event: "waiting", channel: n === 7 ? "rare" : "common" }),
		);
		await commit(store.persistence, many);
		seen.clear();
		expect(await store.persistence.listExecutionIds({ event: "waiting", waitingChannel: "rare" })).toEqual(["e7"]);
		const [sql = ""] = [...seen].filter((text) => text.includes("FROM flatstate_executions"));
		expect(planOf(sql)).toEqual(["SEARCH flatstate_executions USING INDEX flatstate_by_channel (waiting_channel=?)"]);
		await store.close();
	});
});
