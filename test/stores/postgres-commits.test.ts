/** Commits to Postgres: one round trip, what it takes and what it refuses, and when it waits for the disk. */
import { expect, it } from "vitest";
import { planCommits } from "../../adapters/stores/postgres/commit-plan.ts";
import { CommitStatements } from "../../adapters/stores/postgres/commit-statement.ts";
import { tablesOf } from "../../adapters/stores/postgres/tables.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { commit, commitOf, keyOf, rowsOf, summaryOf } from "./contract/samples.ts";
import { describePostgres, failureOf } from "./postgres-harness.ts";

await describePostgres("commits to Postgres", (make) => {
	it("are one transaction of one statement, however many executions they have", async () => {
		const { open, sql } = make();
		const store = await open();
		const lease = await store.lock?.acquire("root");
		await sql(`CREATE TABLE $schema.seen (transaction text, statement timestamptz);
			CREATE FUNCTION $schema.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				INSERT INTO $schema.seen VALUES (pg_current_xact_id()::text, statement_timestamp()); RETURN NULL;
			END $$`);
		for (const table of ["executions", "origins", "checkpoint_data", "log", "results"]) {
			await sql(`CREATE TRIGGER see AFTER INSERT ON $schema.flatstate_${table}
				FOR EACH ROW EXECUTE FUNCTION $schema.see()`);
		}
		const children = ["x", "y", "z"].map((id) =>
			commitOf({ id, parent: "root", root: "root" }, { origin: "{}", log: [{ step: 1, text: id }], result: `"${id}"` }),
		);
		await commit(store.persistence, [...children, commitOf({ id: "root" })], lease ?? null);
		expect(await sql("SELECT count(*)::int AS rows FROM $schema.seen")).toEqual([{ rows: 17 }]);
		expect(await sql("SELECT DISTINCT transaction, statement FROM $schema.seen")).toHaveLength(1);
	});

	it("may list an execution several times: the last row counts, and no checkpoint is lost", async () => {
		const store = await make().open();
		await commit(store.persistence, [
			commitOf({ id: "a", step: 1, event: "state_enter" }, { origin: '"o"', log: [{ step: 1, text: "1" }] }),
			commitOf({ id: "b" }),
			commitOf({ id: "a", step: 1 }, { log: [{ step: 1, text: "2" }] }),
			commitOf({ id: "a", step: 1, context: { last: true } }),
			rowsOf({ id: "a", step: 2, status: "failed" }, [{ step: 2, text: "3" }]),
		]);
		expect(await store.persistence.loadExecution("a")).toEqual({
			summary: summaryOf({ id: "a", step: 2, status: "failed" }),
			origin: '"o"',
			latestKey: keyOf({ id: "a" }),
		});
		expect(await store.persistence.listCheckpoints("a")).toHaveLength(2);
		expect((await store.persistence.loadCheckpoint(keyOf({ id: "a" })))?.text).toContain('"last":true');
		expect((await store.persistence.loadLog("a", 0)).map(({ text }) => text)).toEqual(["1", "2", "3"]);
	});

	it("need few prepared statements, whatever they hold", () => {
		const statements = new CommitStatements(tablesOf("public"), false);
		const names = new Set<string>();
		for (const rows of [0, 1, 2, 30]) {
			for (const executions of [1, 2, 20]) {
				const log = Array.from({ length: rows }, (_, step) => ({ step, text: "{}" }));
				const commits = Array.from({ length: executions }, (_, n) => commitOf({ id: `e${n}` }, { log }));
				const { name, text, values = [] } = statements.statement(planCommits(commits), { key: "a", token: 1 });
				names.add(name ?? "");
				expect(Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))).toBe(values.length);
			}
		}
		expect(names.size).toBe(4);
	});

	it("wait for the disk, or not, and signals and leases always do", async () => {
		const { open, sql } = make();
		const [sure, fast] = [await open(), await open({ powerLoss: false })];
		await sql(`CREATE TABLE $schema.seen (what text, setting text);
			CREATE FUNCTION $schema.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				INSERT INTO $schema.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NULL;
			END $$`);
		// At the end of the transaction, which is when the setting counts.
		for (const table of ["executions", "signals", "leases"]) {
			await sql(`CREATE CONSTRAINT TRIGGER see AFTER INSERT ON $schema.flatstate_${table}
				DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION $schema.see()`);
		}
		const settings = async () => {
			const rows = await sql("SELECT what, setting FROM $schema.seen ORDER BY what");
			await sql("DELETE FROM $schema.seen");
			return rows.map(({ what, setting }) => `${what} ${setting}`);
		};
		for (const [store, id, expected] of [
			[sure, "a", "on"],
			[fast, "b", "off"],
		] as const) {
			await commit(store.persistence, [commitOf({ id })], (await store.lock?.acquire(id)) ?? null);
			await store.signals.send("go", 1);
			expect(await settings()).toEqual([
				`flatstate_executions ${expected}`,
				"flatstate_leases on",
				"flatstate_signals on",
			]);
		}
	});

	it("refuse what Postgres would change or cannot keep, and write nothing", async () => {
		const store = await make().open();
		const { checkpoint, ...rest } = commitOf({ id: "a" });
		const half = "half of a pair: \ud83d";
		const failures = [
			commit(store.persistence, [commitOf({ id: "b" }), { ...rest, log: [{ step: 1, text: half }] }]),
			commit(store.persistence, [{ ...rest, origin: "a NUL: \u0000" }]),
			commit(store.persistence, [{ ...rest, result: JSON.stringify(half).replace("\\ud83d", "\ud83d") }]),
			commit(store.persistence, [{ ...rest, checkpoint: { key: keyOf({ id: "a" }), text: half, progress: "{}" } }]),
			commit(store.persistence, [commitOf({ id: "x".repeat(1001) })]),
			store.joins?.open({ id: "j", executionId: "a", needed: 2, held: ["h", half], wake: "w" }),
			store.joins?.open({ id: "x".repeat(1001), executionId: "a", needed: 2, held: [], wake: "w" }),
			store.joins?.end("j", "m", "a NUL: \u0000"),
			store.joins?.end("j", half, "o"),
		];
		for (const failure of await Promise.all(failures.map((each) => failureOf(Promise.resolve(each))))) {
			expect(failure).toMatchObject({ name: "StoreError" });
			expect(["store_write_failed", "invalid_checkpoint_key"]).toContain(Object(failure).code);
		}
		const stranger = { ...rest, checkpoint: { key: keyOf({ id: "c" }), text: "{}", progress: "{}" } };
		expect(await failureOf(commit(store.persistence, [stranger]))).toMatchObject({ code: "invalid_checkpoint_key" });
		expect(await store.persistence.listExecutionIds()).toEqual([]);
		expect(await store.joins?.state("j")).toBeNull();
		expect(checkpoint).toBeDefined();
	});

	it("take channels, parents and addresses of any content and length", async () => {
		const store = await make().open();
		const names = [
			"nul \u0000 within",
			"half \ud83d of a pair",
			"other half \udc4d",
			"x".repeat(5000),
			`\u0001${"0".repeat(64)}`,
		];
		for (const [index, name] of names.entries()) {
			const id = `e${index}`;
			await commit(store.persistence, [commitOf({ id, event: "waiting", channel: name, parent: name })]);
			await store.signals.send(name, index);
		}
		for (const [index, name] of names.entries()) {
			expect(await store.persistence.listExecutionIds({ waitingChannel: name })).toEqual([`e${index}`]);
			expect(await store.persistence.listExecutionIds({ parentExecutionId: name })).toEqual([`e${index}`]);
			expect((await store.persistence.loadExecution(`e${index}`))?.summary.waiting_channel).toBe(name);
			expect(await store.signals.claim(name, "x")).toMatchObject({ channel: name, data: index });
			expect(await store.lock?.acquire(name)).toMatchObject({ key: name });
		}
		expect(await store.signals.channels()).toEqual([...names].sort());
		const long = resultUri("i".repeat(1000), "ä/".repeat(500).slice(0, -1));
		await store.results.write(long, 1);
		expect(await store.results.read(long)).toBe(1);
	});
});
