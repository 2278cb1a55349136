/** Opening a Postgres store: addresses, tables, versions, drivers, and what may never be shown. */
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseAddress } from "../../adapters/stores/postgres/address.ts";
import { loadDriver } from "../../adapters/stores/postgres/driver.ts";
import { openPostgresStore } from "../../adapters/stores/postgres/index.ts";
import { storeVersion } from "../../adapters/stores/postgres/tables.ts";
import { ask, startPostgres, testSchema } from "../servers/postgres.ts";
import { commit, commitOf } from "./contract/samples.ts";
import { describePostgres, failureOf, under } from "./postgres-harness.ts";

const secret = "s3cr:t/%p w?#@";
const escaped = encodeURIComponent(secret);

describe("the address of a Postgres store", () => {
	it.each([
		[`postgres://joe:${escaped}@db.example:5433/jobs`, "postgres://joe@db.example:5433/jobs"],
		[`postgresql://joe:${escaped}@db.example/jobs?sslmode=disable`, "postgres://joe@db.example/jobs"],
		[`postgres://joe:${escaped}@/jobs?host=/run/pg`, "postgres://joe@/run/pg/jobs"],
		[`postgres://db.example/jobs?user=joe&password=${escaped}&schema=a1`, "postgres://joe@db.example/jobs?schema=a1"],
	])("is shown without its password", (url, name) => {
		expect(parseAddress(url, {}).name).toBe(name);
	});

	it("goes to the driver as it is, but for what is ours", () => {
		const url = `postgres://joe:${escaped}@db.example/jobs?sslmode=disable&schema=a1&durability=process`;
		expect(parseAddress(url, {})).toMatchObject({
			connectionString: `postgres://joe:${escaped}@db.example/jobs?sslmode=disable`,
			schema: "a1",
			powerLoss: false,
		});
	});

	it.each([
		`mysql://joe:${escaped}@db/x`,
		`postgres:joe:${escaped}@db/x`,
		"postgres://joe:s3cr/et@db/x",
		"postgres://joe:1#s3cr@db/x",
		"postgres://joe:1?s3cr@db/x",
		"postgres://joe:s3cr@db:port/x",
		"postgres://db/x?durability=s3cr",
		'postgres://db/x?schema=a"s3cr',
		"postgres://db/x?schema=pg_s3cr",
		"postgres://db/x?schema=S3cr",
	])("is refused without being shown: %s", (url) => {
		const refuse = () => parseAddress(url, {});
		expect(refuse).toThrowError(expect.objectContaining({ code: "invalid_store_url", name: "StoreError" }));
		let shown = "";
		try {
			refuse();
		} catch (error) {
			shown = inspect(error, { showHidden: true, depth: 9 });
		}
		expect(shown.replaceAll(/^\s+at .*$/gm, "")).not.toMatch(/s3cr/i);
	});

	it.each(["pg", "keyv", "keyvPostgres"])("says what to install where %s is missing", async (missing) => {
		const failing = { [missing]: () => Promise.reject(new Error("Cannot find package")) };
		const failure = await failureOf(loadDriver(failing));
		expect(failure).toMatchObject({ code: "store_driver_missing", name: "StoreError" });
		expect(failure.message).toContain("npm install keyv @keyv/postgres pg");
	});
});

await describePostgres("opening a Postgres store", (make) => {
	it("makes the schema and the tables once, also where many open at the same time", async () => {
		const { open, sql } = make();
		const stores = await Promise.all(Array.from({ length: 8 }, () => open()));
		await Promise.all(stores.map((store, n) => commit(store.persistence, [commitOf({ id: `e${n}` })])));
		expect(await stores[0]?.persistence.listExecutionIds()).toHaveLength(8);
		expect(await sql("SELECT version FROM $schema.flatstate_meta")).toEqual([{ version: storeVersion }]);
	});

	it("opens a store whose user may write the tables and make none", async () => {
		const { open, sql, schema, url } = make();
		await open();
		const user = `u_${schema.slice(-20)}`;
		await sql(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`);
		onTestFinished(async () => {
			await ask(url, `DROP OWNED BY ${user}; DROP ROLE ${user}`);
		});
		await sql(`GRANT USAGE ON SCHEMA $schema TO ${user};
			GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA $schema TO ${user};
			GRANT USAGE ON ALL SEQUENCES IN SCHEMA $schema TO ${user}`);
		const as = new URL(url);
		as.username = user;
		as.password = "x";
		const store = await openPostgresStore(String(as), { schema });
		onTestFinished(() => store.close());
		const lease = await store.lock?.acquire("a");
		await commit(store.persistence, [commitOf({ id: "a" })], lease ?? null);
		expect(await store.configs.get(await store.configs.put("a: 1"))).toBe("a: 1");
		expect(await store.persistence.load("a/latest")).not.toBeNull();
	});

	it("makes what is missing in a store of an older release, once", async () => {
		const { open, sql } = make();
		const old = await open();
		await commit(old.persistence, [commitOf({ id: "a" })]);
		await old.close();
		await sql(`DROP TABLE $schema.flatstate_work, $schema.flatstate_workers,
				$schema.flatstate_joins, $schema.flatstate_join_held, $schema.flatstate_join_members,
				$schema.flatstate_rate_places, $schema.flatstate_rate_pauses;
			UPDATE $schema.flatstate_meta SET version = 1`);
		const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
		expect(await sql("SELECT version FROM $schema.flatstate_meta")).toEqual([{ version: storeVersion }]);
		expect(await stores[0]?.persistence.listExecutionIds()).toEqual(["a"]);
		await stores[0]?.work?.pool("p").push(1);
		expect(await stores[1]?.work?.pool("p").claim("w")).toMatchObject({ data: 1 });
		await stores[0]?.joins?.open({ id: "j", executionId: "a", needed: 9, held: ["h"], wake: "w" });
		expect(await stores[1]?.joins?.end("j", "m", "")).toEqual(["h"]);
	});

	it("refuses a store of a newer release, and one that lost its version", async () => {
		const { open, sql } = make();
		await (await open()).close();
		await sql("UPDATE $schema.flatstate_meta SET version = 99");
		const newer = await failureOf(open());
		expect(newer).toMatchObject({ code: "store_version" });
		expect(newer.message).toContain("newer flatstate");
		await sql("DELETE FROM $schema.flatstate_meta");
		expect(await failureOf(open())).toMatchObject({ code: "store_corrupt" });
	});

	it("refuses a database that cannot hold every text", async () => {
		const { url, schema } = make();
		const database = `latin_${schema.slice(-20)}`;
		await ask(url, `CREATE DATABASE ${database} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
		onTestFinished(async () => {
			await ask(url, `DROP DATABASE ${database}`);
		});
		const other = new URL(url);
		other.pathname = `/${database}`;
		const failure = await failureOf(openPostgresStore(String(other)));
		expect(failure).toMatchObject({ code: "store_version" });
		expect(failure.message).toContain("UTF8");
	});

	it("keeps stores in different schemas apart", async () => {
		const [first, second] = [make(), make()];
		const [a, b] = [await first.open(), await second.open()];
		await commit(a.persistence, [commitOf({ id: "a" })]);
		expect(await b.persistence.listExecutionIds()).toEqual([]);
		expect(await b.lock?.acquire("a")).not.toBeNull();
		expect(await a.lock?.acquire("a")).not.toBeNull();
	});

	it("says how durable it is, by its switch", async () => {
		const { open, url, schema } = make();
		const [sure, fast] = [await open(), await open({ powerLoss: false })];
		expect(sure.persistence.durability).toMatchObject({ processKill: true, powerLoss: true });
		expect(fast.persistence.durability).toMatchObject({ processKill: true, powerLoss: false });
		expect(fast.persistence.durability.text).toContain("0.6 seconds");
		const own = new URL(url);
		own.searchParams.set("schema", schema);
		own.searchParams.set("durability", "process");
		const byAddress = await openPostgresStore(String(own), { powerLoss: true });
		onTestFinished(() => byAddress.close());
		expect(byAddress.persistence.durability.powerLoss).toBe(false);
	});
});

await describePostgres("a Postgres server of one's own", () => {
	it("shows the password nowhere, whether it lets us in or not", async () => {
		const server = await startPostgres({ password: secret });
		onTestFinished(() => server.stop());
		const { open } = under(server.url);
		const store = await open();
		const wrong = new URL(server.url);
		wrong.password = "other-s3cr";
		const nobody = new URL(server.url);
		nobody.port = "1";
		const missing = new URL(server.url);
		missing.pathname = "/no_such_database";
		const failures = await Promise.all(
			[wrong, nobody, missing].map((url) => failureOf(openPostgresStore(String(url)))),
		);
		for (const failure of failures) expect(failure).toMatchObject({ code: "store_unreachable", name: "StoreError" });
		for (const shown of [store, store.name, store.persistence.durability.text, ...failures]) {
			expect(inspect(shown, { depth: 9, showHidden: false })).not.toMatch(/s3cr/);
		}
	});

	it("is held to what is promised where its own default is `synchronous_commit = off`, and believed about `fsync`", async () => {
		const lax = await startPostgres({ settings: { synchronous_commit: "off" } });
		onTestFinished(() => lax.stop());
		const unsafe = await startPostgres({ settings: { fsync: "off" } });
		onTestFinished(() => unsafe.stop());
		const { open, sql } = under(lax.url);
		const store = await open();
		expect(store.persistence.durability.powerLoss).toBe(true);
		await sql(`CREATE TABLE $schema.seen (setting text);
			CREATE FUNCTION $schema.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				INSERT INTO $schema.seen VALUES (current_setting('synchronous_commit')); RETURN NULL;
			END $$;
			CREATE TRIGGER see AFTER INSERT ON $schema.flatstate_executions EXECUTE FUNCTION $schema.see()`);
		await commit(store.persistence, [commitOf({ id: "a" })]);
		expect(await sql("SELECT setting FROM $schema.seen")).toEqual([{ setting: "on" }]);
		const fragile = await under(unsafe.url).open();
		expect(fragile.persistence.durability).toMatchObject({ processKill: true, powerLoss: false });
		expect(fragile.persistence.durability.text).toContain("fsync = off");
	});

	it("has a schema's name that is used, and dropped", async () => {
		const server = await startPostgres();
		onTestFinished(() => server.stop());
		const { schema, drop } = testSchema(server.url);
		const store = await openPostgresStore(`${server.url}?schema=${schema}`);
		await store.close();
		const find = () => ask(server.url, "SELECT nspname FROM pg_namespace WHERE nspname = $1", [schema]);
		expect(await find()).toHaveLength(1);
		await drop();
		expect(await find()).toHaveLength(0);
	});
});
