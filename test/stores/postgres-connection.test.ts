/** What happens when connections to Postgres break, the server crashes, or transactions collide. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { Database } from "../../adapters/stores/postgres/database.ts";
import { loadDriver } from "../../adapters/stores/postgres/driver.ts";
import { openPostgresStore } from "../../adapters/stores/postgres/index.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { startPostgres } from "../servers/postgres.ts";
import { commit, commitOf } from "./contract/samples.ts";
import { describePostgres, failureOf, type PostgresUnderTest, under } from "./postgres-harness.ts";

const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
afterEach(() => {
	expect(uncaught.splice(0)).toEqual([]);
});

/** Ends connections of the test's stores, known by what they did last. */
async function terminate({ sql, schema }: PostgresUnderTest, last: string): Promise<number> {
	const rows = await sql(
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE pid <> pg_backend_pid() AND application_name = 'flatstate' AND query LIKE $1`,
		[`%${last.replaceAll("$schema", schema)}%`],
	);
	return rows.length;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
	while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

await describePostgres("connections to Postgres", (make) => {
	it("are made anew where the idle ones were ended", async () => {
		const postgres = make();
		const store = await postgres.open();
		for (let step = 1; step <= 5; step++) {
			await commit(store.persistence, [commitOf({ id: "a", step })]);
			expect(await terminate(postgres, '"$schema".')).toBeGreaterThan(0);
			expect((await store.persistence.loadExecution("a"))?.summary.step).toBe(step);
		}
	});

	it("that break in the middle of a commit reject it, write nothing, and the next commit goes through", async () => {
		const postgres = make();
		const store = await postgres.open();
		await commit(store.persistence, [commitOf({ id: "a" })]);
		const blocker = new pg.Client(postgres.url);
		await blocker.connect();
		onTestFinished(() => blocker.end());
		await blocker.query("BEGIN");
		await blocker.query(`LOCK TABLE ${postgres.schema}.flatstate_checkpoint_data`);
		const writing = failureOf(
			commit(store.persistence, [commitOf({ id: "a", step: 2 }, { log: [{ step: 2, text: "2" }] })]),
		);
		await until(async () => {
			const waiting = await postgres.sql(
				"SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%$schema%'",
			);
			return waiting.length > 0;
		});
		expect(await terminate(postgres, 'INSERT INTO "$schema".flatstate_executions')).toBe(1);
		const failure = await writing;
		expect(failure).toMatchObject({ code: "store_write_failed", name: "StoreError" });
		expect(failure.message).toContain("not known whether it was written");
		await blocker.query("COMMIT");
		expect((await store.persistence.loadExecution("a"))?.summary.step).toBe(1);
		expect(await store.persistence.loadLog("a", 0)).toEqual([]);
		await commit(store.persistence, [commitOf({ id: "a", step: 2 })]);
		expect((await store.persistence.loadExecution("a"))?.summary.step).toBe(2);
	});

	it("that listen come back: no signal and no result is missed", async () => {
		const postgres = make();
		const [store, other] = [await postgres.open(), await postgres.open()];
		const heard: string[] = [];
		let wake = () => {};
		const stop = await store.signals.subscribe((channel) => {
			heard.push(channel);
			wake();
		});
		const reading = store.results.read(resultUri("a"), { timeoutSeconds: 25 });
		const hears = async (channel: string) => {
			while (!heard.includes(channel)) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		};
		for (let round = 0; round < 3; round++) {
			expect(await terminate(postgres, 'LISTEN "fs_$schema"'.slice(0, 60))).toBe(1);
			await other.signals.send(`round ${round}`, 1);
			await hears(`round ${round}`);
		}
		expect(await terminate(postgres, 'LISTEN "fs_$schema"'.slice(0, 60))).toBe(1);
		await other.results.write(resultUri("a"), "there");
		expect(await reading).toBe("there");
		await stop();
		await until(async () => {
			const listening = await postgres.sql("SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN \"fs_$schema%'");
			return listening.length === 0;
		});
	});

	it("never pile up, and hundreds of commits at once all come through", async () => {
		const postgres = make();
		const store = await postgres.open();
		const commits = Array.from({ length: 300 }, (_, n) => commit(store.persistence, [commitOf({ id: `e${n}` })]));
		await Promise.all(commits);
		expect(await store.persistence.listExecutionIds()).toHaveLength(300);
		const [row] = await postgres.sql(
			"SELECT count(*)::int AS connections FROM pg_stat_activity WHERE query LIKE '%\"$schema\".%' AND pid <> pg_backend_pid()",
		);
		expect(row?.connections).toBeLessThanOrEqual(10);
	});

	it("try again what the server has taken back, a few times", async () => {
		const { url } = make();
		const database = new Database({ driver: await loadDriver(), connectionString: url, name: "test" });
		onTestFinished(() => database.close());
		const collide = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'collision' USING ERRCODE = '${code}'; END $$`;
		for (const code of ["40001", "40P01"]) {
			let attempts = 0;
			const result = await database.transaction(async (query) => {
				attempts++;
				if (attempts < 3) await query(collide(code));
				return query("SELECT 1 AS one");
			});
			expect(result).toEqual([{ one: 1 }]);
			expect(attempts).toBe(3);
		}
		let attempts = 0;
		const hopeless = database.transaction(async (query) => {
			attempts++;
			await query(collide("40001"));
		});
		const failure = await failureOf(hopeless);
		expect(failure).toMatchObject({ code: "store_write_failed" });
		expect(failure.message).toContain("Nothing was written");
		expect(attempts).toBe(6);
		attempts = 0;
		const wrong = database.transaction(async (query) => {
			attempts++;
			await query("SELECT no_such_column");
		});
		expect(await failureOf(wrong)).toMatchObject({ code: "store_write_failed" });
		expect(attempts).toBe(1);
	});

	it("are all closed with the store, also where somebody listens and waits", async () => {
		const postgres = make();
		const store = await postgres.open();
		await store.signals.subscribe(() => {});
		const reading = failureOf(store.results.read(resultUri("a")));
		await store.persistence.listExecutionIds();
		await store.close();
		expect(await reading).toMatchObject({ code: "store_closed" });
		await until(async () => {
			const left = await postgres.sql(
				"SELECT FROM pg_stat_activity WHERE query LIKE '%$schema%' AND pid <> pg_backend_pid()",
			);
			return left.length === 0;
		});
		expect(await failureOf(store.signals.subscribe(() => {}))).toMatchObject({ code: "store_closed" });
		expect(await failureOf(store.results.read(resultUri("a")))).toMatchObject({ code: "store_closed" });
	});
});

await describePostgres("a Postgres server", () => {
	it("that crashes and comes back has every commit, and goes on with the same store", async () => {
		const server = await startPostgres();
		onTestFinished(() => server.stop());
		const { open } = under(server.url);
		const store = await open();
		const heard: string[] = [];
		const told = new Promise<void>((resolve) => {
			void store.signals.subscribe((channel) => {
				heard.push(channel);
				resolve();
			});
		});
		let written = 0;
		const write = async () => {
			for (let step = 1; ; step++) {
				await commit(store.persistence, [commitOf({ id: "a", step }, { log: [{ step, text: "{}" }] })]);
				written = step;
			}
		};
		const writing = failureOf(write());
		await until(async () => written >= 20);
		await server.restart();
		// In the middle of a commit, or while no connection could be made.
		expect(await writing).toMatchObject({ name: "StoreError" });
		const after = await store.persistence.loadExecution("a");
		expect(after?.summary.step).toBeGreaterThanOrEqual(written);
		expect(await store.persistence.loadLog("a", 0)).toHaveLength(after?.summary.step ?? 0);
		await commit(store.persistence, [commitOf({ id: "a", step: 999 })]);
		await store.signals.send("go", 1);
		await told;
		expect(heard).toEqual(expect.arrayContaining(["go"]));
	});

	it("that is gone is given up in time", async () => {
		const server = await startPostgres();
		const store = await openPostgresStore(server.url);
		onTestFinished(() => store.close());
		const reading = failureOf(store.results.read(resultUri("a")));
		await store.persistence.listExecutionIds();
		await server.stop();
		const failures = await Promise.all([
			failureOf(commit(store.persistence, [commitOf({ id: "a" })])),
			failureOf(store.persistence.listExecutionIds()),
			reading,
		]);
		// The server may stop in the middle of a read; what is sent afterwards finds nobody.
		const codes = [["store_unreachable"], ["store_unreachable"], ["store_unreachable", "store_read_failed"]];
		for (const [index, failure] of failures.entries()) {
			expect(failure).toMatchObject({ name: "StoreError" });
			expect(codes[index]).toContain(Reflect.get(Object(failure), "code"));
		}
	});

	it("that takes a connection and says nothing is given up in time", async () => {
		const sockets: Socket[] = [];
		const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
		await once(silent, "listening");
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
			silent.close();
		});
		const address = silent.address();
		const port = typeof address === "object" ? address?.port : 0;
		const database = new Database({
			driver: await loadDriver(),
			connectionString: `postgres://127.0.0.1:${port}/x`,
			name: "silent",
			connectTimeout: 200,
		});
		onTestFinished(() => database.close());
		expect(await failureOf(database.read("SELECT 1"))).toMatchObject({ code: "store_unreachable" });
		expect(await failureOf(database.connect())).toMatchObject({ code: "store_unreachable" });
	});
});

await describePostgres("a process with a Postgres store", (make) => {
	it("ends by itself once the store is closed", async () => {
		const { url, schema, open } = make();
		await open();
		const entry = fileURLToPath(new URL("../../dist/adapters/stores/postgres/index.js", import.meta.url));
		const script = `
			const { openPostgresStore } = await import(process.argv[1]);
			const store = await openPostgresStore(process.argv[2], { schema: process.argv[3] });
			await store.signals.subscribe(() => {});
			store.results.read("flatagents://a/result").catch(() => {});
			await store.persistence.listExecutionIds();
			await store.close();
			process.stdout.write("closed");`;
		const child = spawn(process.execPath, ["--input-type=module", "-e", script, entry, url, schema]);
		let output = "";
		child.stdout.on("data", (data) => {
			output += data;
		});
		child.stderr.on("data", (data) => {
			output += data;
		});
		const [code] = await once(child, "exit");
		expect(output).toBe("closed");
		expect(code).toBe(0);
	});
});
