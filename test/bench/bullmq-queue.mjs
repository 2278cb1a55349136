/**
 * Jobs per second through the port to queues beside bare BullMQ, on Redis, with a handler that does nothing and 50 jobs at
 * the same time: `node test/bench/bullmq-queue.mjs`, after `npm run build`. Uses REDIS_URL, else the standard local port; the
 * two take turns. `JOBS` and `ROUNDS` may be given.
 */
import { randomUUID } from "node:crypto";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { openBullQueue } from "../../dist/adapters/bullmq/index.js";

const url = process.env.REDIS_URL || "redis://127.0.0.1:6379";
const jobs = Number(process.env.JOBS ?? 10_000);
const rounds = Number(process.env.ROUNDS ?? 5);
const concurrency = 50;
const prefix = `{bench-${randomUUID()}}`;
const connection = new Redis(url, { maxRetriesPerRequest: null });
const job = { kind: "resume", execution_id: "x".repeat(64), reason: "children" };
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };

const results = { bare: [], ours: [] };
for (let round = -1; round < rounds; round++) {
	for (const [name, run] of [
		["bare", bare],
		["ours", ours],
	]) {
		const result = await run(`${round + 1}`);
		// The first round warms up.
		if (round >= 0) results[name].push(result);
	}
}
for (const phase of ["add", "handle"]) {
	const [plain, port] = [results.bare, results.ours].map((list) => median(list.map((result) => result[phase])));
	console.log(
		`${phase.padEnd(8)}bare BullMQ ${show(plain)}   ours ${show(port)}   ${(port / plain).toFixed(2)} of bare`,
	);
}
for await (const keys of connection.scanStream({ match: `${prefix}*`, count: 1000 })) {
	if (keys.length > 0) await connection.unlink(keys);
}
connection.disconnect();

async function bare(round) {
	const queue = new Queue(`bare${round}`, { connection, prefix });
	const opts = (id) => ({ jobId: id, removeOnComplete: true, removeOnFail: true });
	await queue.waitUntilReady();
	const add = await rate(async () => {
		const list = ids().map((id) => ({ name: "m", data: job, opts: opts(id) }));
		for (let at = 0; at < list.length; at += 500) await queue.addBulk(list.slice(at, at + 500));
	});
	let count = 0;
	let worker;
	const handle = await rate(
		() =>
			new Promise((resolve) => {
				worker = new Worker(queue.name, async () => {}, { connection, prefix, concurrency });
				worker.on("completed", () => {
					count += 1;
					if (count === jobs) resolve();
				});
			}),
	);
	await worker.close();
	await queue.close();
	return { add, handle };
}

async function ours(round) {
	const queue = await openBullQueue(`${url}?prefix=${prefix.slice(1, -1)}`, { name: `ours${round}` });
	const add = await rate(() => queue.add(ids().map((id) => ({ id, job, machine: "m", requires: [] }))));
	let count = 0;
	let consumer;
	const handle = await rate(
		() =>
			new Promise((resolve, reject) => {
				const take = async () => {
					count += 1;
					if (count === jobs) resolve();
					return { type: "done" };
				};
				queue.consume({ concurrency, provides: () => true, handle: take, logger }).then((made) => {
					consumer = made;
				}, reject);
			}),
	);
	await consumer.stop();
	await queue.close();
	return { add, handle };
}

function ids() {
	return Array.from({ length: jobs }, () => randomUUID());
}

/** @returns jobs per second */
async function rate(run) {
	const from = performance.now();
	await run();
	return jobs / ((performance.now() - from) / 1000);
}

function median(numbers) {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function show(perSecond) {
	return `${Math.round(perSecond)} jobs/s`.padStart(13);
}
