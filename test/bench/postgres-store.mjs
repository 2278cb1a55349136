/**
 * What a commit to Postgres costs, in µs: a step with its checkpoint, log row and summary under a lease. Needs a built
 * package and a server: POSTGRES_URL, else postgres on the standard local port.
 * Usage: node test/bench/postgres-store.mjs
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { openPostgresStore } from "../../dist/adapters/stores/postgres/index.js";

const url = process.env.POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
const schema = `flatstate_bench_${randomUUID().replaceAll("-", "")}`;
const contexts = [
	["1 KiB", 1024, 600],
	["32 KiB", 32 * 1024, 300],
	["1 MiB", 1024 * 1024, 30],
];

function contextOf(bytes, step) {
	const items = [];
	for (let size = 0, n = 0; size < bytes; n++) {
		const item = { id: n, text: `item ${n} of step ${step}`, score: Math.random() };
		items.push(item);
		size += JSON.stringify(item).length + 1;
	}
	return items;
}

function commitOf(id, step, context, root = id) {
	const time = new Date().toISOString();
	const key = `${id}/step_${String(step).padStart(6, "0")}_state_exit.json`;
	const parent = root === id ? null : root;
	const snapshot = {
		execution_id: id,
		machine_name: "bench",
		current_state: "work",
		step,
		event: "state_exit",
		context,
	};
	const summary = {
		execution_id: id,
		root_execution_id: root,
		parent_execution_id: parent,
		machine_name: "bench",
		status: "active",
		event: "state_exit",
		current_state: "work",
		step,
		waiting_channel: null,
		wake_at: null,
		total_api_calls: step,
		total_cost: 0.01 * step,
		error: null,
		created_at: time,
		updated_at: time,
	};
	const text = JSON.stringify([{ at: "work", key: "writer.1", time: Date.now(), output: { text: "an answer" } }]);
	return {
		summary,
		checkpoint: { key, text: JSON.stringify(snapshot), progress: '{"format":1,"at":"work"}' },
		log: [{ step, text }],
	};
}

function median(numbers) {
	return Math.round(numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0);
}

async function timed(work) {
	const start = performance.now();
	await work();
	return (performance.now() - start) * 1000;
}

async function sequential(store, bytes, count) {
	const id = randomUUID();
	const lease = await store.lock.acquire(id);
	const times = [];
	const context = contextOf(bytes, 0);
	for (let step = 1; step <= count + 10; step++) {
		const commit = commitOf(id, step, context);
		const time = await timed(() => store.persistence.commit([commit], lease));
		if (step > 10) times.push(time);
	}
	await store.lock.release(lease);
	return median(times);
}

/** Of 50 executions that run side by side. @returns µs of one, and commits of all in a second */
async function together(store, bytes, rounds) {
	const ids = Array.from({ length: 50 }, () => randomUUID());
	const leases = await Promise.all(ids.map((id) => store.lock.acquire(id)));
	const times = [];
	const context = contextOf(bytes, 0);
	const all = await timed(async () => {
		await Promise.all(
			ids.map(async (id, index) => {
				for (let step = 1; step <= rounds; step++) {
					times.push(await timed(() => store.persistence.commit([commitOf(id, step, context)], leases[index])));
				}
			}),
		);
	});
	await Promise.all(leases.map((lease) => store.lock.release(lease)));
	return [median(times), Math.round((50 * rounds * 1e6) / all)];
}

/** One commit of a parent and its 20 children. */
async function family(store, bytes, count) {
	const root = randomUUID();
	const ids = Array.from({ length: 20 }, () => randomUUID());
	const lease = await store.lock.acquire(root);
	const times = [];
	const context = contextOf(bytes, 0);
	for (let step = 1; step <= count; step++) {
		const commits = [...ids.map((id) => commitOf(id, step, context, root)), commitOf(root, step, context)];
		times.push(await timed(() => store.persistence.commit(commits, lease)));
	}
	return median(times);
}

const admin = new pg.Client(url);
await admin.connect();
try {
	const { rows } = await admin.query(
		"SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync",
	);
	console.log(`PostgreSQL ${rows[0].version}, fsync ${rows[0].fsync}, Node ${process.version}`);
	for (const powerLoss of [true, false]) {
		const store = await openPostgresStore(url, { schema, powerLoss });
		const mode = `synchronous_commit ${powerLoss ? "on " : "off"}`;
		for (const [name, bytes, count] of contexts) {
			const one = await sequential(store, bytes, count);
			const [each, perSecond] = await together(store, bytes, Math.max(2, Math.round(count / 30)));
			console.log(`${mode}  ${name.padStart(6)}  alone ${one} µs  50 at once ${each} µs each, ${perSecond} commits/s`);
		}
		console.log(`${mode}  one commit of 21 executions: ${await family(store, 1024, 60)} µs`);
		await store.close();
	}
} finally {
	await admin.query(`SET client_min_messages = error; DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
	await admin.end();
}
