/** SQLite files for the tests of one store: a folder that is removed, a raw connection, and other processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDriver, type OpenSqlite, type SqliteDatabase } from "../../adapters/stores/sqlite/driver.ts";
import { dist } from "../build-package.ts";

/** A new folder with the path of a file in it that is not there yet. */
export function newFile(): { readonly file: string; readonly folder: string } & Disposable {
	const folder = mkdtempSync(join(tmpdir(), "flatstate-sqlite-"));
	return { folder, file: join(folder, "store.db"), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** What a program does that knows only the tables of the specification. */
export function execute(file: string, ...statements: readonly string[]): void {
	const database = loadDriver()(file);
	for (const sql of statements) database.exec(sql);
	database.close();
}

/** All rows of a query. */
export function rowsOf(file: string, sql: string): readonly unknown[] {
	const database = loadDriver()(file);
	const rows = database.prepare(sql).all([]);
	database.close();
	return rows.map((row) => ({ ...row }));
}

/** A driver that keeps hold of what it opens. */
export function heldDriver(): { readonly open: OpenSqlite; readonly opened: SqliteDatabase[] } {
	const opened: SqliteDatabase[] = [];
	const open: OpenSqlite = (file) => {
		const database = loadDriver()(file);
		opened.push(database);
		return database;
	};
	return { open, opened };
}

/** Starts a process that has `store`, opened on the file, and what a test needs to commit. */
export function startProcess(file: string, program: string): ChildProcess {
	const text = `
		import { openSqliteStore } from "${dist}/adapters/stores/sqlite/index.js";
		const store = await openSqliteStore(${JSON.stringify(file)});
		const commitOf = (id, step) => ({
			summary: {
				execution_id: id, root_execution_id: id, parent_execution_id: null, machine_name: "m", status: "active",
				event: "execute", current_state: "s", step, waiting_channel: null, wake_at: null, total_api_calls: 0,
				total_cost: 0, error: null, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z",
			},
			checkpoint: { key: id + "/step_" + String(step).padStart(6, "0") + "_execute.json", text: "{}", progress: "{}" },
			log: [{ step, text: "{}" }],
		});
		${program}
	`;
	const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
	return spawn(process.execPath, ["--input-type=module", "-e", text], { stdio });
}

/** What a process prints until it ends, and its exit code. */
export async function outputOf(child: ChildProcess): Promise<{ readonly code: unknown; readonly output: string }> {
	let output = "";
	child.stdout?.on("data", (part) => {
		output += String(part);
	});
	const [code] = await once(child, "close");
	return { code, output };
}
