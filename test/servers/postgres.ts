/** Postgres for tests: a server that is there, else one that is started here and serves the whole test run. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import pg from "pg";

export interface PostgresForTests {
	/** Of a user who may make schemas. */
	readonly url: string;
}

/** A schema of one test. */
export interface TestSchema {
	readonly url: string;
	readonly schema: string;
	/** Drops it with all that is in it. */
	drop(): Promise<void>;
}

/** Milliseconds for making and starting a server. */
const patience = 60_000;

let found: Promise<PostgresForTests | { readonly reason: string }> | undefined;

/**
 * `POSTGRES_URL`, else what listens on the standard local port and lets us in without a password, else a server that is
 * started here; all test files of a run share it.
 * @returns the reason where there is none
 * @throws Error instead where `CI` is set: there the tests must run
 */
export function postgresForTests(): Promise<PostgresForTests | { readonly reason: string }> {
	found ??= findPostgres();
	return found;
}

async function findPostgres(): Promise<PostgresForTests | { readonly reason: string }> {
	const { POSTGRES_URL: given, CI: ci } = process.env;
	if (given !== undefined && given !== "") return { url: given };
	for (const url of ["postgres://postgres@127.0.0.1:5432/postgres", "postgres://127.0.0.1:5432/postgres"]) {
		if (await letsIn(url)) return { url };
	}
	try {
		return { url: await startedForRun() };
	} catch (error) {
		const cause = error instanceof Error ? error.message : String(error);
		const reason = `no Postgres server: set POSTGRES_URL or install postgresql (${cause})`;
		if (ci !== undefined && ci !== "") throw new Error(reason, { cause: error });
		return { reason };
	}
}

/** Of a server of a test's own. */
export interface PostgresSettings {
	/** Of the user `postgres`; absent: everybody is let in. */
	readonly password?: string;
	/** As in `postgresql.conf`. */
	readonly settings?: Readonly<Record<string, string>>;
}

export interface OwnPostgres extends PostgresForTests {
	/** Lets it crash, and start again on the same port with the same data. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts a server for this process alone. It ends with the process, and before that when `stop` is called. */
export async function startPostgres(options: PostgresSettings = {}): Promise<OwnPostgres> {
	const folder = join(tmpdir(), `flatstate-postgres-${randomUUID()}`);
	await mkdir(folder, { mode: 0o755 });
	const { ended, supervisor } = supervise(folder, process.pid, options);
	const url = await whenReady(folder);
	return {
		url,
		restart: async () => {
			await rm(join(folder, "ready"));
			supervisor.kill("SIGUSR2");
			await whenReady(folder);
		},
		stop: async () => {
			supervisor.kill("SIGTERM");
			await ended;
		},
	};
}

/** Asks the server something, on a connection for that alone. */
export async function ask(
	url: string,
	sql: string,
	values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
	const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
	client.on("error", () => {});
	try {
		await client.connect();
		const { rows } = await client.query(sql, [...values]);
		return rows;
	} finally {
		await client.end();
	}
}

/** A name for a schema that nobody else has, and what removes it. The store makes the schema itself. */
export function testSchema(url: string): TestSchema {
	const schema = `flatstate_test_${randomUUID().replaceAll("-", "")}`;
	const drop = async () => {
		// A queue there has a schema of its own.
		await ask(url, `SET client_min_messages = error; DROP SCHEMA IF EXISTS "${schema}", "${schema}_bullmq" CASCADE`);
	};
	return { url, schema, drop };
}

async function letsIn(url: string): Promise<boolean> {
	try {
		const rows = await ask(url, "SELECT has_database_privilege(current_database(), 'CREATE') AS may");
		return rows[0]?.may === true;
	} catch {
		return false;
	}
}

/** The first test file of a run that asks starts the server, the others wait for it. It ends with the run. */
async function startedForRun(): Promise<string> {
	const run = isMainThread ? process.ppid : process.pid;
	const folder = join(tmpdir(), `flatstate-postgres-run-${run}`);
	try {
		await mkdir(folder, { mode: 0o755 });
		supervise(folder, run).supervisor.unref();
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	}
	return whenReady(folder);
}

/** The supervisor is a process of its own: it ends the server once `pid` is gone, however that went. */
function supervise(folder: string, pid: number, options: PostgresSettings = {}) {
	const script = fileURLToPath(new URL("supervise-postgres.mjs", import.meta.url));
	const parts = [script, folder, String(pid), JSON.stringify(options)];
	const supervisor = spawn(process.execPath, parts, { stdio: "ignore", detached: true });
	const ended = new Promise<void>((resolve) => supervisor.once("exit", () => resolve()));
	return { supervisor, ended };
}

async function whenReady(folder: string): Promise<string> {
	const end = Date.now() + patience;
	while (Date.now() < end) {
		const [ready, failed] = [join(folder, "ready"), join(folder, "failed")];
		if (existsSync(ready)) return readFile(ready, "utf8");
		if (existsSync(failed)) throw new Error(await readFile(failed, "utf8"));
		await sleep(50);
	}
	throw new Error(`it did not start within ${patience / 1000} s; ${folder} has ${(await readdir(folder)).join(", ")}`);
}
