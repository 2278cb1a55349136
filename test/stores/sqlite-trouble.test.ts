import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDriver, type SqliteDatabase, sqliteDrivers } from "../../adapters/stores/sqlite/driver.ts";
import { sqliteCode } from "../../adapters/stores/sqlite/driver-errors.ts";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import { openingProblem } from "../../adapters/stores/sqlite/opening-problem.ts";
import { commit, commitOf, keyOf } from "./contract/samples.ts";
import { execute, heldDriver, newFile, rowsOf } from "./sqlite-files.ts";

describe("trouble with an SQLite file", () => {
	it("says so where the file is no database", async () => {
		using place = newFile();
		writeFileSync(place.file, "no database ".repeat(1000));
		await expect(openSqliteStore(place.file)).rejects.toMatchObject({
			name: "StoreError",
			code: "store_corrupt",
			message: expect.stringContaining("is no SQLite database"),
		});
		expect(readFileSync(place.file, "utf8")).toMatch(/^no database/);
	});

	it("says so where the file is damaged", async () => {
		using place = newFile();
		const store = await openSqliteStore(place.file);
		for (let step = 1; step <= 50; step++) {
			await commit(store.persistence, [commitOf({ id: "a", step, context: { text: "x".repeat(2000) } })]);
		}
		await store.close();
		const bytes = readFileSync(place.file);
		// The first page, with the schema, is whole; all that it points to is not.
		writeFileSync(place.file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]));
		const attempt = openSqliteStore(place.file).then((damaged) => damaged.persistence.loadExecution("a"));
		await expect(attempt).rejects.toMatchObject({ code: "store_corrupt", cause: expect.any(Error) });
	});

	it("says what is wrong with the path", async () => {
		using place = newFile();
		writeFileSync(join(place.folder, "text"), "");
		const problems = [
			["missing/store.db", `there is no folder ${join(place.folder, "missing")}. Make it first.`],
			[".", "it is a folder. Name a file in it."],
			["text/store.db", /no folder|a file stands where a folder/],
		] as const;
		for (const [path, problem] of problems) {
			const attempt = openSqliteStore(join(place.folder, path));
			await expect(attempt).rejects.toMatchObject({ code: "store_unreachable", cause: expect.any(Error) });
			await expect(attempt).rejects.toThrow(problem);
		}
	});

	it.each([
		["EROFS", /mounted read-only, and SQLite writes beside the file/],
		["EACCES", /permission is denied. This user needs the right/],
	])("says what is wrong where the system refuses the file or its folder with %s", (code, problem) => {
		using place = newFile();
		writeFileSync(place.file, "");
		for (const refused of [place.file, place.folder]) {
			const access = (path: string) => {
				if (path === refused) throw Object.assign(new Error("refused"), { code });
			};
			expect(openingProblem(place.file, access)).toMatch(problem);
		}
		expect(openingProblem(place.file)).toBeUndefined();
	});

	it("is closed without an error where the disk is full: what is in its log is not lost", async () => {
		using place = newFile();
		const full = Object.assign(new Error("full"), { code: "SQLITE_FULL" });
		const open = (file: string): SqliteDatabase => {
			const database = loadDriver()(file);
			const exec = (sql: string) => {
				if (sql.includes("wal_checkpoint(")) throw full;
				database.exec(sql);
			};
			return { exec, prepare: (sql) => database.prepare(sql), close: () => database.close() };
		};
		const store = await openSqliteStore(place.file, { driver: open });
		await commit(store.persistence, [commitOf({ id: "a" })]);
		await store.close();
		await using again = await openSqliteStore(place.file);
		expect(await again.persistence.listExecutionIds()).toEqual(["a"]);
	});

	it("stops with a clear error where the disk is full, with nothing of the commit written, and goes on later", async () => {
		using place = newFile();
		const { open, opened } = heldDriver();
		await using store = await openSqliteStore(place.file, { driver: open });
		await commit(store.persistence, [commitOf({ id: "a", step: 1 })]);
		const full = commitOf(
			{ id: "a", step: 2, context: { text: "x".repeat(100_000) } },
			{ log: [{ step: 2, text: "2" }] },
		);
		opened[0]?.exec("PRAGMA max_page_count = 1");
		for (const commits of [[full], [full, commitOf({ id: "b" })]]) {
			await expect(commit(store.persistence, commits)).rejects.toMatchObject({
				code: "store_write_failed",
				message: expect.stringContaining("the disk is full"),
			});
		}
		expect((await store.persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 1 }));
		expect(await store.persistence.loadLog("a", 0)).toEqual([]);
		opened[0]?.exec("PRAGMA max_page_count = 1000000");
		await commit(store.persistence, [full]);
		expect((await store.persistence.loadExecution("a"))?.latestKey).toBe(keyOf({ id: "a", step: 2 }));
	});

	it("says so where the file may not be written, and still reads", async () => {
		using place = newFile();
		const { open, opened } = heldDriver();
		await using store = await openSqliteStore(place.file, { driver: open });
		await commit(store.persistence, [commitOf({ id: "a" })]);
		opened[0]?.exec("PRAGMA query_only = 1");
		await expect(commit(store.persistence, [commitOf({ id: "a", step: 2 })])).rejects.toMatchObject({
			code: "store_write_failed",
			message: expect.stringContaining("check the permissions"),
		});
		expect(await store.persistence.listExecutionIds()).toEqual(["a"]);
	});

	it("says so where another process keeps the file locked", async () => {
		using place = newFile();
		const { open, opened } = heldDriver();
		await using store = await openSqliteStore(place.file, { driver: open });
		const blocker = loadDriver()(place.file);
		blocker.exec("BEGIN IMMEDIATE");
		opened[0]?.exec("PRAGMA busy_timeout = 1");
		await expect(commit(store.persistence, [commitOf({ id: "a" })])).rejects.toMatchObject({
			code: "store_write_failed",
			message: expect.stringContaining("locked by another process"),
		});
		blocker.exec("ROLLBACK");
		await commit(store.persistence, [commitOf({ id: "a" })]);
		blocker.close();
		expect(await store.persistence.listExecutionIds()).toEqual(["a"]);
	});

	it("makes what is missing in a file of an older flatstate", async () => {
		using place = newFile();
		const old = await openSqliteStore(place.file);
		await commit(old.persistence, [commitOf({ id: "a" })]);
		await old.close();
		execute(
			place.file,
			"DROP TABLE work_pool",
			"DROP TABLE worker_registry",
			...["joins", "join_held", "join_members"].map((table) => `DROP TABLE flatstate_${table}`),
			"UPDATE flatstate_meta SET value = 1 WHERE name = 'schema_version'",
		);
		await using store = await openSqliteStore(place.file);
		expect(await store.persistence.listExecutionIds()).toEqual(["a"]);
		await store.work?.pool("p").push(1);
		expect(await store.work?.pool("p").claim("w")).toMatchObject({ data: 1 });
		await store.registrations?.register({ worker_id: "w" });
		await store.joins?.open({ id: "j", executionId: "a", needed: 9, held: ["h"], wake: "w" });
		expect(await store.joins?.end("j", "m", "")).toEqual(["h"]);
	});

	it("leaves a file of a newer flatstate as it is", async () => {
		using place = newFile();
		await (await openSqliteStore(place.file)).close();
		execute(place.file, "UPDATE flatstate_meta SET value = 99 WHERE name = 'schema_version'");
		await expect(openSqliteStore(place.file)).rejects.toMatchObject({
			code: "store_version",
			message: expect.stringContaining("Update flatstate"),
		});
		expect(rowsOf(place.file, "SELECT value FROM flatstate_meta WHERE name = 'schema_version'")).toEqual([
			expect.objectContaining({ value: 99 }),
		]);
	});

	it.each([
		["libsql", { code: "UNKNOWN_SQLITE_ERROR_1544", rawCode: 1544 }, 8],
		["libsql", { code: "SQLITE_FULL", rawCode: 13 }, 13],
		["better-sqlite3", { code: "SQLITE_BUSY_SNAPSHOT" }, 5],
		["better-sqlite3", { code: "SQLITE_IOERR_WRITE" }, 10],
		["node:sqlite", { code: "ERR_SQLITE_ERROR", errcode: 267 }, 11],
		["any driver", { code: "ENOENT" }, undefined],
	])("understands an error of %s: %j", (_, details, code) => {
		expect(sqliteCode(Object.assign(new Error("of a driver"), details))).toBe(code);
	});

	it("understands that libsql could not open a file, which it says in words only", () => {
		const message = 'ConnectionFailed("Unable to open connection to local database /a: 99/store.db: 14")';
		expect(sqliteCode(new Error(message))).toBe(14);
	});

	it("names what to install where there is no driver", () => {
		const nothing = (name: string) => {
			throw new Error(`Cannot find ${name}`);
		};
		expect(() => loadDriver(undefined, nothing)).toThrow(
			expect.objectContaining({ code: "store_driver_missing", message: expect.stringContaining("npm install libsql") }),
		);
		expect(() => loadDriver("better-sqlite3", nothing)).toThrow(
			/`better-sqlite3` cannot be loaded.*npm install better-sqlite3/,
		);
	});

	it("tries the drivers in their order", () => {
		const tried: string[] = [];
		const last = (name: string) => {
			tried.push(name);
			if (name !== "better-sqlite3") throw new Error(`Cannot find ${name}`);
			return class {};
		};
		expect(loadDriver(undefined, last)).toBeTypeOf("function");
		expect(tried).toEqual([...sqliteDrivers]);
	});
});

describe("an SQLite store that was closed", () => {
	it("leaves all in the one file, which is a backup by itself", async () => {
		using place = newFile();
		const store = await openSqliteStore(place.file);
		await commit(store.persistence, [commitOf({ id: "a" })]);
		await store.close();
		const copy = join(place.folder, "copy.db");
		copyFileSync(place.file, copy);
		await using again = await openSqliteStore(copy);
		expect(await again.persistence.listExecutionIds()).toEqual(["a"]);
		expect(statSync(`${place.file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
	});

	it("tells who waits for a result", async () => {
		using place = newFile();
		const store = await openSqliteStore(place.file);
		const reading = store.results.read("flatagents://a/result");
		await store.close();
		await expect(reading).rejects.toMatchObject({ code: "store_closed" });
	});

	it("finishes a deletion of many pieces first", async () => {
		using place = newFile();
		const store = await openSqliteStore(place.file);
		const log = Array.from({ length: 1000 }, (_, step) => ({ step, text: "{}" }));
		await commit(store.persistence, [commitOf({ id: "a" }, { log })]);
		const deleting = store.persistence.deleteExecution("a");
		await store.close();
		await deleting;
		expect(rowsOf(place.file, "SELECT count(*) AS n FROM flatstate_log")).toEqual([expect.objectContaining({ n: 0 })]);
	});
});

describe("durability of the SQLite store", () => {
	it.each([
		[undefined, 1, false],
		[true, 2, true],
	])("with powerLoss %j", async (powerLoss, synchronous, survives) => {
		using place = newFile();
		const { open, opened } = heldDriver();
		const options = powerLoss === undefined ? {} : { powerLoss };
		await using store = await openSqliteStore(place.file, { driver: open, ...options });
		expect(opened[0]?.prepare("PRAGMA synchronous").get([])).toMatchObject({ synchronous });
		expect(opened[0]?.prepare("PRAGMA journal_mode").get([])).toMatchObject({ journal_mode: "wal" });
		expect(store.persistence.durability).toMatchObject({ processKill: true, powerLoss: survives });
		expect(store.persistence.durability.text).toContain(survives ? "FULL" : "NORMAL");
	});

	it("of a store in memory is none", async () => {
		await using store = await openSqliteStore(":memory:");
		expect(store.persistence.durability).toMatchObject({ processKill: false, powerLoss: false });
	});
});
