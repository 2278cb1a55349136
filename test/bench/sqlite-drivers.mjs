/**
 * `node test/bench/sqlite-drivers.mjs [FOLDER…]` after `npm run build`: what a durable step costs with each SQLite
 * driver, and what the store's choices save. `better-sqlite3`, and `keyv` with `@keyv/sqlite`, take part where they are
 * installed in one of the FOLDERs; `node:sqlite` where Node has it. All take turns; medians of the rounds are printed.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadDriver, sqliteDrivers } from "../../dist/adapters/stores/sqlite/driver.js";
import { openSqliteStore } from "../../dist/adapters/stores/sqlite/index.js";

const rounds = 7;
const folders = process.argv.slice(2).map((folder) => createRequire(join(resolve(folder), "package.json")));
const drivers = new Map(sqliteDrivers.flatMap((name) => driverOf(name)));
const [[first, firstDriver]] = drivers;
const id = "0b9d2f0e-58ab-4c52-9f17-0f27f2a3c001";
const start = Date.parse("2026-01-01T00:00:00Z");

console.log(`node ${process.version}, ${cpus().length} cores; µs, medians of ${rounds} rounds`);

console.log("\nOne step: snapshot of 1 KB, pointer, row of the execution, row of the log");
const sides = [...drivers].map(([name, driver]) => [name, () => storeSide(driver)]);
await table(2000, [
	...sides,
	...[...drivers].map(([name, driver]) => [`${name}, a call for each statement`, () => singleStatements(driver)]),
	...[...drivers].map(([name, driver]) => [`${name}, and the specification's index`, () => indexedSide(driver)]),
	...keyvSides(),
]);

console.log("\nThe same, and it survives a loss of power");
await table(
	300,
	[...drivers].map(([name, driver]) => [name, () => storeSide(driver, { powerLoss: true })]),
);

console.log(`\nBy what changes (${first})`);
await table(2000, [
	["the same event", () => storeSide(firstDriver)],
	["another event with every step", () => storeSide(firstDriver, { events: ["state_enter", "execute"] })],
	["with a lease", () => storeSide(firstDriver, { leased: true })],
	["with a child's commit", () => storeSide(firstDriver, { leased: true, child: true })],
]);

console.log(`\nBy steps of history (${first}): one more step, and what a resume reads`);
for (const history of [10, 1000, 10_000]) {
	const commits = [];
	const resumes = [];
	for (let round = 0; round < rounds; round++) {
		const side = await storeSide(firstDriver);
		for (let step = 0; step < history; step++) side.step();
		commits.push(each(200, side.step).p50);
		resumes.push((await eachAsync(50, side.resume)).p50);
		await side.end();
	}
	console.log(line(`${history} steps`, `step ${median(commits).toFixed(1)}`, `resume ${median(resumes).toFixed(1)}`));
}

console.log(
	`\nBy the size of the snapshot (${first}), with bytes written per step, checkpoints of the log file included`,
);
for (const [title, size, steps] of [
	["1 KB", 950, 3000],
	["32 KiB", 32 * 1024, 500],
	["1 MiB", 1024 * 1024, 30],
]) {
	const results = [];
	for (let round = 0; round < rounds; round++) {
		const side = await storeSide(firstDriver, { size });
		const before = bytesWritten();
		const { mean, p50 } = each(steps, side.step);
		results.push([mean, p50, (bytesWritten() - before) / steps]);
		await side.end();
	}
	const [mean, p50, bytes] = [0, 1, 2].map((index) => median(results.map((result) => result[index])));
	console.log(line(title, `mean ${mean.toFixed(0)}`, `p50 ${p50.toFixed(0)}`, `${Math.round(bytes)} bytes`));
}

/** Rounds of all sides, by turns. */
async function table(steps, all) {
	const results = new Map(all.map(([name]) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		for (const [name, open] of all) {
			const side = await open();
			const measure = side.isAsync ? eachAsync : each;
			await measure(Math.ceil(steps / 10), side.step);
			results.get(name).push(await measure(side.isAsync ? Math.ceil(steps / 10) : steps, side.step));
			await side.end();
		}
	}
	for (const [name, measured] of results) {
		const cells = ["mean", "p50", "p99"].map((key) => `${key} ${median(measured.map((one) => one[key])).toFixed(1)}`);
		console.log(line(name, ...cells));
	}
}

async function storeSide(driver, { powerLoss = false, leased = false, child = false, events, size = 950 } = {}) {
	const folder = mkdtempSync(join(tmpdir(), "flatstate-bench-"));
	const store = await openSqliteStore(join(folder, "store.db"), { driver, powerLoss });
	const lease = leased ? await store.lock.acquire(id) : null;
	const fill = "x".repeat(size);
	let step = 0;
	const commitOf = (executionId, log) => {
		const event = events?.[step % events.length] ?? "execute";
		return {
			summary: { ...summaryOf(executionId, step), event },
			checkpoint: {
				key: `${executionId}/step_${String(step).padStart(6, "0")}_${event}.json`,
				text: JSON.stringify({ execution_id: executionId, step, text: fill }),
				progress: '{"v":1}',
			},
			log,
		};
	};
	return {
		step() {
			step++;
			const log = [{ step, text: JSON.stringify({ output: "y".repeat(200) }) }];
			const commits = child ? [commitOf("child", log), commitOf(id, log)] : [commitOf(id, log)];
			store.persistence.commit(commits, lease);
		},
		async resume() {
			const { latestKey } = await store.persistence.loadExecution(id);
			await store.persistence.loadCheckpoint(latestKey);
			await store.persistence.loadLog(id, step);
		},
		async end() {
			await store.close();
			rmSync(folder, { recursive: true });
		},
		folder,
	};
}

async function indexedSide(driver) {
	const side = await storeSide(driver);
	const database = driver(join(side.folder, "store.db"));
	database.exec("CREATE INDEX by_execution ON machine_checkpoints(execution_id, created_at DESC)");
	database.close();
	return side;
}

/** The tables of the store, written the usual way. */
async function singleStatements(driver) {
	const side = await storeSide(driver);
	const database = driver(join(side.folder, "store.db"));
	database.exec("PRAGMA synchronous = NORMAL");
	const [begin, lease, checkpoint, pointer, mark, log, row, commit] = [
		"BEGIN IMMEDIATE",
		"SELECT owner_id, fencing_token FROM execution_leases WHERE execution_id = ?",
		`INSERT OR REPLACE INTO machine_checkpoints(checkpoint_key, execution_id, machine_name, event, current_state,
			waiting_channel, snapshot_json, created_at, progress) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		`INSERT INTO machine_latest(execution_id, latest_key, updated_at, flatstate_key) VALUES (?, ?, ?, ?)
		ON CONFLICT(execution_id) DO UPDATE SET latest_key = excluded.latest_key, updated_at = excluded.updated_at,
			flatstate_key = excluded.flatstate_key`,
		"DELETE FROM flatstate_foreign WHERE execution_id = ?",
		`INSERT INTO flatstate_log(execution_id, step, place, text)
		SELECT ?, ?, coalesce(max(place), 0) + 1, ? FROM flatstate_log WHERE execution_id = ? AND step = ?`,
		`UPDATE flatstate_executions SET machine_name = ?, current_state = ?, step = ?, total_api_calls = ?, total_cost = ?,
			error = ?, created_at = ?, updated_at = ?, updated_ms = ?
		WHERE execution_id = ? AND root_execution_id = ? AND parent_execution_id IS ? AND status = ? AND event = ?
			AND waiting_channel IS ? AND wake_at IS ? AND updated_minute = ?`,
		"COMMIT",
	].map((sql) => database.prepare(sql));
	side.step();
	let step = 1;
	return {
		step() {
			step++;
			const { current_state, created_at, updated_at, total_cost } = summaryOf(id, step);
			const key = `${id}/step_${String(step).padStart(6, "0")}_execute.json`;
			const text = Buffer.from(JSON.stringify({ execution_id: id, step, text: "x".repeat(950) }));
			const time = Date.parse(updated_at);
			const changed = ["bench", current_state, step, step, total_cost, null, created_at, updated_at, time];
			const same = [id, id, null, "active", "execute", null, null, Math.floor(time / 60_000)];
			begin.run([]);
			lease.get([id]);
			checkpoint.run([key, id, "bench", "execute", current_state, null, text, updated_at, '{"v":1}']);
			pointer.run([id, key, updated_at, key]);
			mark.run([id]);
			log.run([id, step, JSON.stringify({ output: "y".repeat(200) }), id, step]);
			row.run([...changed, ...same]);
			commit.run([]);
		},
		end() {
			database.close();
			return side.end();
		},
	};
}

/** The nearest that Keyv can do: the same four texts, one after the other and in no transaction. */
function keyvSides() {
	const load = folders.find((require) => canLoad(require, "@keyv/sqlite"));
	if (load === undefined) return [];
	const { default: Keyv } = load("keyv");
	const { default: KeyvSqlite } = load("@keyv/sqlite");
	const open = async (write) => {
		const folder = mkdtempSync(join(tmpdir(), "flatstate-bench-"));
		const keyv = new Keyv({ store: new KeyvSqlite({ uri: `sqlite://${join(folder, "store.db")}`, wal: true }) });
		let step = 0;
		return {
			isAsync: true,
			step: () => write(keyv, ++step),
			async end() {
				await keyv.disconnect();
				rmSync(folder, { recursive: true });
			},
		};
	};
	const fill = "x".repeat(950);
	return [
		["@keyv/sqlite (WAL), one set", () => open((keyv, step) => keyv.set(`${id}/${step}`, fill))],
		[
			"@keyv/sqlite (WAL), all four",
			() =>
				open(async (keyv, step) => {
					await keyv.set(`${id}/${step}`, fill);
					await keyv.set(`${id}/log/${step}`, "y".repeat(200));
					await keyv.set(`${id}/row`, JSON.stringify(summaryOf(id, step)));
					await keyv.set(`${id}/latest`, `${id}/${step}`);
				}),
		],
	];
}

function summaryOf(executionId, step) {
	return {
		execution_id: executionId,
		root_execution_id: id,
		parent_execution_id: executionId === id ? null : id,
		machine_name: "bench",
		status: "active",
		event: "execute",
		current_state: `s${step % 5}`,
		step,
		waiting_channel: null,
		wake_at: null,
		total_api_calls: step,
		total_cost: step * 0.001,
		error: null,
		created_at: "2026-01-01T00:00:00.000000+00:00",
		updated_at: new Date(start + step).toISOString().replace("Z", "000+00:00"),
	};
}

function driverOf(name) {
	for (const require of [undefined, ...folders]) {
		try {
			return [[name, loadDriver(name, require)]];
		} catch (error) {
			if (error.code !== "store_driver_missing") throw error;
		}
	}
	return [];
}

function canLoad(require, name) {
	try {
		require.resolve(name);
		return true;
	} catch {
		return false;
	}
}

function each(count, step) {
	const times = [];
	for (let index = 0; index < count; index++) {
		const before = performance.now();
		step();
		times.push((performance.now() - before) * 1000);
	}
	return figures(times);
}

async function eachAsync(count, step) {
	const times = [];
	for (let index = 0; index < count; index++) {
		const before = performance.now();
		await step();
		times.push((performance.now() - before) * 1000);
	}
	return figures(times);
}

function figures(times) {
	const sorted = times.toSorted((a, b) => a - b);
	const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
	return { mean, p50: median(times), p99: sorted[Math.floor(sorted.length * 0.99)] };
}

/** What this process has handed to the system to write; 0 where the system does not tell. */
function bytesWritten() {
	try {
		return Number(/^wchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
	} catch {
		return 0;
	}
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function line(title, ...cells) {
	return title.padEnd(45) + cells.map((cell) => cell.padStart(16)).join("");
}
