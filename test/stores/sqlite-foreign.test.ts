import { describe, expect, it } from "vitest";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import { commit, commitOf, keyOf, type Sample, snapshotOf, wireTime } from "./contract/samples.ts";
import { execute, newFile, rowsOf } from "./sqlite-files.ts";

/** The tables as a program makes them that knows the specification only. */
const referenceTables = [
	`CREATE TABLE machine_checkpoints(checkpoint_key TEXT PRIMARY KEY, execution_id TEXT NOT NULL, machine_name TEXT,
		event TEXT, current_state TEXT, snapshot_json BLOB NOT NULL, created_at TEXT)`,
	"CREATE INDEX theirs ON machine_checkpoints(execution_id, created_at DESC)",
	"CREATE TABLE machine_latest(execution_id TEXT PRIMARY KEY, latest_key TEXT NOT NULL, updated_at TEXT NOT NULL)",
	`CREATE TABLE execution_leases(execution_id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, phase TEXT,
		lease_until INTEGER NOT NULL, fencing_token INTEGER NOT NULL DEFAULT 1, acquired_at TEXT, updated_at TEXT)`,
	"CREATE TABLE signals(id TEXT PRIMARY KEY, channel TEXT NOT NULL, data_json TEXT NOT NULL, created_at TEXT NOT NULL)",
];

/** What such a program does to save a snapshot and move the pointer. */
function theirSave(sample: Sample): string[] {
	const snapshot = snapshotOf(sample);
	const json = JSON.stringify(snapshot).replaceAll("'", "''");
	return [
		`INSERT INTO machine_checkpoints(
			checkpoint_key, execution_id, machine_name, event, current_state, snapshot_json, created_at)
		VALUES ('${keyOf(sample)}', '${sample.id}', 'sample', '${snapshot.event}', '${snapshot.current_state}',
			CAST('${json}' AS BLOB), '${snapshot.created_at}')
		ON CONFLICT(checkpoint_key) DO UPDATE SET snapshot_json = excluded.snapshot_json`,
		`INSERT INTO machine_latest(execution_id, latest_key, updated_at)
		VALUES ('${sample.id}', '${keyOf(sample)}', '${snapshot.created_at}')
		ON CONFLICT(execution_id) DO UPDATE SET latest_key = excluded.latest_key, updated_at = excluded.updated_at`,
	];
}

describe("an SQLite file that another program writes, too", () => {
	it("keeps its executions, leases and signals, and gets our columns, when we open it first", async () => {
		using place = newFile();
		execute(
			place.file,
			...referenceTables,
			...theirSave({ id: "a", step: 2, event: "waiting", channel: "go" }),
			"INSERT INTO signals VALUES ('2', 'go', '{\"n\":1}', '2026-01-01T00:00:00Z')",
			"INSERT INTO signals VALUES ('1', 'go', '{\"n\":2}', '2026-01-01T00:00:01Z')",
			"INSERT INTO execution_leases VALUES ('a', 'a', 'running', 4102444800, 7, NULL, NULL)",
		);
		await using store = await openSqliteStore(place.file);
		expect(await store.persistence.listExecutionIds({ waitingChannel: "go" })).toEqual(["a"]);
		expect((await store.persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 2, event: "waiting" }));
		expect((await store.signals.claim("go", "a"))?.data).toEqual({ n: 1 });
		expect(await store.lock?.acquire("a")).toBeNull();
		expect(await store.lock?.holder("a")).toMatchObject({ owner: "a", expiresAt: 4_102_444_800_000 });
		execute(place.file, "UPDATE execution_leases SET lease_until = 1");
		expect((await store.lock?.acquire("a"))?.token).toBe(8);
	});

	it("finds what it writes while we have it open", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		const { persistence } = store;
		await commit(persistence, [commitOf({ id: "a", step: 1, event: "waiting", channel: "go" }, { origin: "{}" })]);
		execute(place.file, ...theirSave({ id: "a", step: 2, event: "machine_end" }), ...theirSave({ id: "b" }));
		expect(await persistence.listExecutionIds({ status: "done" })).toEqual(["a"]);
		expect(await persistence.listExecutionIds({ waitingChannel: "go" })).toEqual([]);
		expect(await persistence.listExecutionIds()).toEqual(["a", "b"]);
		expect((await persistence.loadExecution("a"))?.origin).toBe("{}");
		execute(place.file, ...theirSave({ id: "b", event: "execute", at: Date.parse("2027-01-01T00:00:00Z") }));
		expect((await persistence.loadExecution("b"))?.summary.updated_at).toBe(wireTime(Date.parse("2027-01-01")));
	});

	it("keeps an execution that we started in its family", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		const child = { id: "child", parent: "root", root: "root" };
		await commit(store.persistence, [commitOf(child, { origin: "{}" }), commitOf({ id: "root" }, { origin: "{}" })]);
		execute(place.file, ...theirSave({ id: "child", step: 2, parent: "root" }));
		expect(await store.persistence.listExecutionIds({ rootExecutionId: "root" })).toEqual(["child", "root"]);
		expect((await store.persistence.loadExecution("child"))?.summary.step).toBe(2);
	});

	it("forgets our progress beside a snapshot that it replaced", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await commit(store.persistence, [commitOf({ id: "a" }, { progress: '{"mine":1}' })]);
		execute(place.file, ...theirSave({ id: "a", context: { n: 2 } }));
		const stored = await store.persistence.loadCheckpoint(keyOf({ id: "a" }));
		expect(stored?.progress).toBeNull();
		expect(stored?.text).toContain('"context":{"n":2}');
	});

	it("forgets an execution that it deleted, with what we knew beyond it", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await commit(store.persistence, [
			commitOf({ id: "a" }, { origin: "{}", log: [{ step: 1, text: "1" }], result: "1" }),
			commitOf({ id: "b" }),
		]);
		execute(
			place.file,
			"DELETE FROM machine_checkpoints WHERE execution_id = 'a'",
			"DELETE FROM machine_latest WHERE execution_id = 'a'",
		);
		expect(await store.persistence.listExecutionIds()).toEqual(["b"]);
		expect(await store.persistence.loadLog("a", 0)).toEqual([]);
		expect(await store.results.exists("flatagents://a/result")).toBe(false);
	});

	it("finds the others where it wrote keys that are none", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await commit(store.persistence, [commitOf({ id: "a" }), commitOf({ id: "b" })]);
		execute(
			place.file,
			"UPDATE machine_latest SET latest_key = '../../etc/passwd' WHERE execution_id = 'a'",
			`UPDATE machine_latest SET latest_key = '${keyOf({ id: "a" })}' WHERE execution_id = 'b'`,
			"INSERT INTO machine_latest(execution_id, latest_key) VALUES ('c', '')",
			"INSERT INTO machine_checkpoints(checkpoint_key, execution_id, snapshot_json) VALUES ('a/x/y', 'a', '{}')",
		);
		expect(await store.persistence.listExecutionIds()).toEqual(["a", "b"]);
		expect((await store.persistence.loadExecution("b"))?.summary.execution_id).toBe("b");
		expect(await store.persistence.listCheckpoints("a")).toEqual([keyOf({ id: "a" })]);
	});

	it("forgets an execution that it deleted piece by piece", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await commit(store.persistence, [commitOf({ id: "a" })]);
		execute(place.file, "DELETE FROM machine_latest WHERE execution_id = 'a'");
		expect((await store.persistence.loadExecution("a"))?.latestKey).toBeNull();
		execute(place.file, "DELETE FROM machine_checkpoints WHERE execution_id = 'a'");
		expect(await store.persistence.loadExecution("a")).toBeNull();
	});

	it("keeps our last word where we went on after it", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await commit(store.persistence, [commitOf({ id: "a" })]);
		execute(place.file, ...theirSave({ id: "a", step: 2 }));
		const stopped = commitOf({ id: "a", step: 3, status: "stopped" });
		await commit(store.persistence, [{ summary: stopped.summary, log: [] }]);
		expect(await store.persistence.listExecutionIds({ status: "stopped" })).toEqual(["a"]);
	});

	it("has all that the specification names in its columns when we write", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file, { now: () => Date.parse("2026-01-01T00:00:00.500Z") });
		const sample = { id: "a", event: "waiting", channel: "go" } as const;
		await commit(store.persistence, [commitOf(sample)]);
		await store.signals.send("go", { n: 1 });
		await store.configs.put("a: 1");
		await store.lock?.acquire("a");
		const time = wireTime(Date.parse("2026-01-01T00:00:00Z"));
		expect(
			rowsOf(
				place.file,
				`SELECT checkpoint_key, execution_id, machine_name, event, current_state, waiting_channel,
				CAST(snapshot_json AS TEXT) AS json, typeof(snapshot_json) AS type, created_at FROM machine_checkpoints`,
			),
		).toEqual([
			{
				checkpoint_key: keyOf(sample),
				execution_id: "a",
				machine_name: "sample",
				event: "waiting",
				current_state: "work",
				waiting_channel: "go",
				json: JSON.stringify(snapshotOf(sample)),
				type: "blob",
				created_at: time,
			},
		]);
		expect(rowsOf(place.file, "SELECT execution_id, latest_key, updated_at FROM machine_latest")).toEqual([
			{ execution_id: "a", latest_key: keyOf(sample), updated_at: time },
		]);
		expect(rowsOf(place.file, "SELECT channel, data_json, created_at FROM signals")).toEqual([
			{ channel: "go", data_json: '{"n":1}', created_at: "2026-01-01T00:00:00.500Z" },
		]);
		expect(rowsOf(place.file, "SELECT config_raw FROM machine_configs")).toEqual([{ config_raw: "a: 1" }]);
		const [lease] = rowsOf(place.file, "SELECT * FROM execution_leases");
		expect(lease).toMatchObject({
			execution_id: "a",
			phase: "running",
			lease_until: Date.parse("2026-01-01T00:00:31Z") / 1000,
			fencing_token: 1,
		});
	});

	it("takes its signals in the order in which they came, among ours", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		await store.signals.send("go", 1);
		execute(place.file, "INSERT INTO signals(id, channel, data_json, created_at) VALUES ('x', 'go', '2', '1999')");
		await store.signals.send("go", 3);
		expect((await store.signals.peek("go")).map(({ data }) => data)).toEqual([1, 2, 3]);
	});

	it("does not restart a token where it deleted the lease", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		const lease = await store.lock?.acquire("a");
		expect(lease?.token).toBe(1);
		execute(place.file, "DELETE FROM execution_leases");
		expect((await store.lock?.acquire("a"))?.token).toBe(2);
		await expect(commit(store.persistence, [commitOf({ id: "a" })], lease ?? null)).rejects.toMatchObject({
			code: "lease_lost",
		});
	});
});
