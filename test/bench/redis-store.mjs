/**
 * Microseconds per commit on Redis: `node test/bench/redis-store.mjs`, after `npm run build`. Uses REDIS_URL, else the
 * standard local port; keys have a prefix of their own and are removed.
 */
import { randomUUID } from "node:crypto";
import { createClient } from "@keyv/redis";
import { openRedisStore } from "../../dist/adapters/stores/redis/index.js";

const url = process.env.REDIS_URL || "redis://127.0.0.1:6379";
const prefix = `bench-${randomUUID()}`;
const store = await openRedisStore(url, { prefix });
const { persistence, lock } = store;
const used = [];
const leases = [];

console.log(`${store.name}: ${persistence.durability.text.replace(/^.*This server/, "This server")}`);
for (const [name, bytes, commits] of [
	["300 bytes", 300, 3000],
	["32 KiB", 32 * 1024, 1000],
	["1 MiB", 1024 * 1024, 60],
]) {
	const sequential = await measure(commits, 1, bytes);
	const together = await measure(commits, 50, bytes);
	console.log(`${name.padEnd(10)} one after another ${us(sequential)}   50 at once ${us(together)} each`);
}
await measureHistory();
await measureLookups();
for (const lease of leases) await lock.release(lease);
for (const id of used) await persistence.deleteExecution(id);
await store.close();
const client = createClient({ url });
await client.connect();
await client.unlink([`{${prefix}}:token`, `{${prefix}}:version`]);
await client.close();

/** Commits of steps: snapshot, pointer, row, index and one line of the log, with a lease. @returns medians of rounds */
async function measure(commits, atOnce, bytes) {
	const writers = await Promise.all(Array.from({ length: atOnce }, () => writer(bytes)));
	for (let warm = 0; warm < 5; warm++) await Promise.all(writers.map((write) => write()));
	const samples = [];
	for (let round = 0; round < commits / atOnce; round++) {
		const start = performance.now();
		await Promise.all(writers.map((write) => write()));
		samples.push(((performance.now() - start) * 1000) / atOnce);
	}
	return median(samples);
}

async function writer(bytes) {
	const id = randomUUID();
	used.push(id);
	const lease = await lock.acquire(id);
	leases.push(lease);
	const text = snapshotOf(id, bytes);
	let step = 0;
	return async () => {
		step += 1;
		const event = step % 2 === 0 ? "execute" : "state_enter";
		await persistence.commit([commitOf(id, step, event, text)], lease);
		// Snapshots of a megabyte each would fill the server.
		if (bytes > 100_000 && step > 1) await persistence.delete(keyOf(id, step - 1));
	};
}

/** A commit at 10, 1,000 and 10,000 steps of history, and reading the end of the log. */
async function measureHistory() {
	const write = await writer(300);
	const id = used.at(-1);
	const costs = [];
	for (let step = 1, last = []; step <= 10_200; step++) {
		const start = performance.now();
		await write();
		last.push((performance.now() - start) * 1000);
		if (step === 200 || step === 1200 || step === 10_200) costs.push(`${step - 200}: ${us(median(last.slice(-190)))}`);
	}
	const start = performance.now();
	const rows = await persistence.loadLog(id, 10_199);
	console.log(
		`after steps of history ${costs.join(", ")}; the last ${rows.length} log rows ${us((performance.now() - start) * 1000)}`,
	);
}

/** One of 10,000 parked executions by its channel, and pages of all. */
async function measureLookups() {
	const ids = Array.from({ length: 10_000 }, () => randomUUID());
	used.push(...ids);
	for (let from = 0; from < ids.length; from += 200) {
		const commits = ids.slice(from, from + 200).map((id) => commitOf(id, 1, "waiting", snapshotOf(id, 300), id));
		await persistence.commit(commits, null);
	}
	const samples = [];
	for (const id of ids.slice(0, 500)) {
		const start = performance.now();
		const found = await persistence.listExecutionIds({ waitingChannel: id, status: "waiting" });
		if (found[0] !== id) throw new Error("not found");
		samples.push((performance.now() - start) * 1000);
	}
	console.log(`one of 10,000 parked executions by channel and status ${us(median(samples))}`);
}

function commitOf(id, step, event, text, channel = null) {
	const now = new Date().toISOString();
	const summary = {
		execution_id: id,
		root_execution_id: id,
		parent_execution_id: null,
		machine_name: "bench",
		status: channel === null ? "active" : "waiting",
		event,
		current_state: "work",
		step,
		waiting_channel: channel,
		wake_at: null,
		total_api_calls: step,
		total_cost: 0,
		error: null,
		created_at: now,
		updated_at: now,
	};
	const log = [{ step, text: `{"key":"writer.1","output":{"n":${step}}}` }];
	return { summary, checkpoint: { key: keyOf(id, step), text, progress: '{"v":1}' }, log };
}

function snapshotOf(id, bytes) {
	const words = Array.from({ length: Math.ceil(bytes / 40) }, (_, index) => ({ word: `the word number ${index}` }));
	return JSON.stringify({ execution_id: id, context: { words } }).padEnd(bytes);
}

function keyOf(id, step) {
	return `${id}/step_${String(step).padStart(6, "0")}_execute.json`;
}

function us(value) {
	return `${Math.round(value)} µs`;
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
