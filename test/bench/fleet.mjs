/**
 * `npm run bench:fleet`: what children on workers cost, in one run and on one Redis: against the same work as plain BullMQ
 * jobs, and against a foreach in one process; with 1, 2 and 4 workers; the memory of a parent that waits; and the time from
 * its last child's end to its own. `FLEET_URL` (default redis://127.0.0.1:6379) may be a postgres:// address, too: then
 * plain jobs are left out.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openBullQueue } from "../../dist/adapters/bullmq/index.js";
import { FlatMachine, openStore } from "../../dist/src/index.js";
import { startModel } from "./start-model.mjs";

const { FLEET_URL = "redis://127.0.0.1:6379", FLEET_CHILDREN = "2000", FLEET_WAITING = "10000" } = process.env;
const children = Number(FLEET_CHILDREN);
const isRedis = /^rediss?:/.test(FLEET_URL);
const rounds = 3;
const concurrency = 32;

/** Parts of the server that were used. */
const parts = [];

/** A part of the server of its own, so that nothing is found of earlier runs. */
function ownUrl() {
	const url = new URL(FLEET_URL);
	const part = `bench_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
	parts.push(part);
	url.searchParams.set(isRedis ? "prefix" : "schema", part);
	return url.href;
}

/** Leaves the server as it was. */
async function cleanUp() {
	if (isRedis) {
		const { Redis } = await import("ioredis");
		const client = new Redis(FLEET_URL);
		for await (const keys of client.scanStream({ match: `*bench_${process.pid}_*`, count: 1000 })) {
			if (keys.length > 0) await client.unlink(keys);
		}
		client.disconnect();
		return;
	}
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: FLEET_URL });
	await client.connect();
	await client.query("SET client_min_messages = error");
	for (const part of parts) await client.query(`DROP SCHEMA IF EXISTS "${part}", "${part}_bullmq" CASCADE`);
	await client.end();
}

const documentOf = (calls) => `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  machines:
    child:
      spec: flatmachine
      data:
        name: child
        context: { n: input.n }
${calls ? '        agents: { a: { spec: flatagent, data: { model: { provider: mock, name: m }, system: s, user: "{{ input.n }}" } } }' : ""}
        states:
          ask: { type: initial, ${calls ? "agent: a, input: { n: context.n }, " : ""}transitions: [{ to: end }] }
          end: { type: final, output: { n: context.n } }
  states:
    all:
      type: initial
      foreach: input.items
      as: item
      machine: child
      input: { n: item }
      output_to_context: { all: output }
      transitions: [{ to: end }]
    end: { type: final, output: { count: "{{ context.all | length }}" } }
`;

const items = (count) => Array.from({ length: count }, (_, index) => index);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];

/** Worker processes of one kind, ready to take jobs. */
async function workers(kind, count, url, model) {
	const script = fileURLToPath(new URL("fleet-worker.mjs", import.meta.url));
	const started = Array.from({ length: count }, () =>
		fork(script, [kind, url, String(concurrency)], { env: { ...process.env, MOCK_BASE_URL: model } }),
	);
	await Promise.all(started.map((child) => once(child, "message")));
	return async () => {
		for (const child of started) child.send("stop");
		await Promise.all(started.map((child) => once(child, "exit")));
	};
}

/** Children per second of one foreach on so many workers. */
async function onFleet(count, workerCount, model) {
	const url = ownUrl();
	const stop = await workers("flatstate", workerCount, url, model);
	const store = await openStore(url);
	const queue = await openBullQueue(url);
	const machine = new FlatMachine({ config: documentOf(true), store });
	const speeds = [];
	for (let round = 0; round < rounds; round++) {
		const start = performance.now();
		const executionId = `run-${round}`;
		await machine.run({ items: items(count) }, { executionId, invoker: { kind: "queue", queue, window: 500 } });
		await store.results.read(`flatagents://${executionId}/result`);
		speeds.push((count / (performance.now() - start)) * 1000);
	}
	await stop();
	await queue.close();
	await store.close();
	return median(speeds);
}

/** The same work as plain jobs: each asks the model once; the parent counts what has ended. */
async function plainJobs(count, workerCount, model) {
	const { Queue, QueueEvents } = await import("bullmq");
	const { Redis } = await import("ioredis");
	const url = ownUrl();
	const prefix = new URL(url).searchParams.get("prefix");
	const connection = new Redis(FLEET_URL, { maxRetriesPerRequest: null });
	const stop = await workers("plain", workerCount, url, model);
	const queue = new Queue("plain", { connection, prefix });
	const events = new QueueEvents("plain", { connection: connection.duplicate(), prefix });
	await events.waitUntilReady();
	const speeds = [];
	for (let round = 0; round < rounds; round++) {
		let left = count;
		const ended = new Promise((resolve) => {
			events.on("completed", () => {
				left -= 1;
				if (left === 0) resolve();
			});
		});
		const start = performance.now();
		const jobs = items(count).map((n) => ({ name: "ask", data: { n }, opts: { removeOnComplete: true } }));
		for (let at = 0; at < count; at += 500) await queue.addBulk(jobs.slice(at, at + 500));
		await ended;
		speeds.push((count / (performance.now() - start)) * 1000);
		events.removeAllListeners("completed");
	}
	await stop();
	await queue.obliterate({ force: true });
	await events.close();
	await queue.close();
	connection.disconnect();
	return median(speeds);
}

/** A foreach in this process, with as many children at once, on the same store. */
async function inProcess(count, model) {
	process.env.MOCK_BASE_URL = model;
	const store = await openStore(ownUrl());
	const config = documentOf(true).replace(
		"machine: child\n",
		`machine: child\n      max_concurrency: ${concurrency}\n`,
	);
	const machine = new FlatMachine({ config, store });
	const speeds = [];
	for (let round = 0; round < rounds; round++) {
		const start = performance.now();
		await machine.run({ items: items(count) }, { executionId: `run-${round}` });
		speeds.push((count / (performance.now() - start)) * 1000);
	}
	await store.close();
	return median(speeds);
}

/** Megabytes of a process whose execution waits for many children that nobody runs. */
async function waitingParent(count) {
	const script = fileURLToPath(new URL("fleet-parent.mjs", import.meta.url));
	const child = fork(script, [ownUrl(), documentOf(false), String(count)], { execArgv: ["--expose-gc"] });
	const [figures] = await once(child, "message");
	child.disconnect();
	return figures;
}

/** Milliseconds from a last child's end to its parent's, by what the store says of both. */
async function resumeTimes(model) {
	const url = ownUrl();
	const stop = await workers("flatstate", 2, url, model);
	const store = await openStore(url);
	const queue = await openBullQueue(url);
	const machine = new FlatMachine({ config: documentOf(false), store });
	const times = [];
	for (let run = 0; run < 100; run++) {
		const executionId = `resume-${run}`;
		await machine.run({ items: items(3) }, { executionId, invoker: { kind: "queue", queue, window: 500 } });
		await store.results.read(`flatagents://${executionId}/result`);
		const parent = await store.persistence.loadExecution(executionId);
		const rows = await store.persistence.listExecutions({ parentExecutionId: executionId });
		const last = Math.max(...rows.map((row) => Date.parse(row.updated_at)));
		times.push(Date.parse(parent.summary.updated_at) - last);
	}
	await stop();
	await queue.close();
	await store.close();
	return times;
}

const model = await startModel(2);
console.log(
	`${children} children, each one call of a model that answers after 2 ms; ${concurrency} at once in each worker; medians of ${rounds} rounds`,
);
const bases = [];
for (const count of [1, 2, 4]) {
	const ours = await onFleet(children, count, model.url);
	const plain = isRedis ? await plainJobs(children, count, model.url) : undefined;
	bases.push(ours);
	const share =
		plain === undefined
			? ""
			: `, plain BullMQ jobs ${plain.toFixed(0)}/s, so ${(ours / plain).toFixed(2)} of them (aim: 0.5)`;
	console.log(
		`${count} worker${count > 1 ? "s" : ""}: ${ours.toFixed(0)} children/s${share}; ${(ours / bases[0]).toFixed(2)} times one worker`,
	);
}
const alone = await inProcess(children, model.url);
console.log(
	`foreach in one process, same store: ${alone.toFixed(0)} children/s; one worker has ${(bases[0] / alone).toFixed(2)} of it`,
);
const times = await resumeTimes(model.url);
console.log(
	`last child's end to its parent's end: p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms, over ${times.length} runs`,
);
for (const count of [1000, Number(FLEET_WAITING)]) {
	const { peak, after, begun } = await waitingParent(count);
	console.log(
		`a parent of ${count} children: ${begun.toFixed(0)} MB before, peak ${peak.toFixed(0)} MB while it adds them, ${after.toFixed(0)} MB of process when it is parked (aim: under 100 more)`,
	);
}
model.stop();
await cleanUp();
process.exit(0);
