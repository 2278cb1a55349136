/**
 * `node --expose-gc test/bench/parked.mjs [URL…]` after a build: what parked executions cost. Fills each store with copies
 * of one that waits for a signal, and prints bytes for each, the memory of a process that dispatches, and how long it takes
 * to wake one, and to look at the clock.
 */
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlatMachine, openStore, SignalDispatcher } from "../../dist/src/index.js";

const { PARKED = "100000" } = process.env;
const count = Number(PARKED);
const folder = await mkdtemp(join(tmpdir(), "flatstate-parked-"));
const own = `bench_${process.pid}`;
const urls = process.argv.length > 2 ? process.argv.slice(2) : [`sqlite:${join(folder, "parked.db")}`];

const config = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: order
  context: { id: input.id, items: input.items, paid: null }
  states:
    pay: { type: initial, wait_for: "order/{{ context.id }}", timeout: 864000, output_to_context: { paid: output.by }, transitions: [{ to: end }] }
    end: { type: final, output: { paid: context.paid } }
`;

/** Bytes that the store holds. */
async function sizeOf(url) {
	if (url.startsWith("sqlite:")) {
		const path = url.slice("sqlite:".length);
		return statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
	}
	if (url.startsWith("redis")) {
		const { Redis } = await import("ioredis");
		const client = new Redis(url);
		const memory = await client.info("memory");
		client.disconnect();
		return Number(/used_memory:(\d+)/.exec(memory)[1]);
	}
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: url.split("?")[0] });
	await client.connect();
	const { rows } = await client.query(
		"SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS size FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'",
		[own],
	);
	await client.end();
	return Number(rows[0].size);
}

const withOwn = (url) =>
	url.startsWith("redis") ? `${url}?prefix=${own}` : url.startsWith("postgres") ? `${url}?schema=${own}` : url;

async function timed(work) {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

for (const url of urls) {
	const address = withOwn(url);
	const store = await openStore(address);
	const machine = new FlatMachine({ config, store });
	const items = Array.from({ length: 5 }, (_, index) => ({ name: `item ${index}`, price: index * 10 }));
	await machine.run({ id: "order-0000000", items }, { executionId: "order-0000000" });
	const { persistence } = store;
	const model = await persistence.loadExecution("order-0000000");
	const checkpoint = await persistence.loadCheckpoint(model.latestKey);
	const log = await persistence.loadLog("order-0000000", 0);
	const before = await sizeOf(address);
	const filling = await timed(async () => {
		for (let at = 1; at < count; at += 500) {
			const commits = [];
			for (let n = at; n < Math.min(at + 500, count); n++) {
				const id = `order-${String(n).padStart(7, "0")}`;
				const named = (text) => text.replaceAll("order-0000000", id);
				commits.push({
					summary: { ...JSON.parse(named(JSON.stringify(model.summary))) },
					origin: named(model.origin),
					checkpoint: {
						key: named(model.latestKey),
						text: named(checkpoint.text),
						progress: named(checkpoint.progress),
					},
					log: log.map(({ step, text }) => ({ step, text: named(text) })),
				});
			}
			await persistence.commit(commits, null);
		}
	});
	const size = (await sizeOf(address)) - before;
	globalThis.gc();
	const heap = process.memoryUsage().heapUsed;
	const dispatcher = new SignalDispatcher({
		signals: store.signals,
		persistence,
		resume: (id) => machine.resume(id),
	});
	const wakes = [];
	for (let n = 0; n < 20; n++) {
		const id = `order-${String(Math.floor((count * (n + 0.5)) / 20)).padStart(7, "0")}`;
		await store.signals.send(`order/${id}`, { by: "card" });
		wakes.push(await timed(() => dispatcher.dispatch(`order/${id}`)));
	}
	wakes.sort((a, b) => a - b);
	const clock = await timed(() => dispatcher.dispatchDue());
	globalThis.gc();
	const grown = process.memoryUsage().heapUsed - heap;
	console.log(
		`${store.name.split(":")[0]}: ${count} parked executions written in ${(filling / 1000).toFixed(1)} s, ${(size / count).toFixed(0)} bytes each; waking one by its signal ${wakes[10].toFixed(1)} ms, looking at the clock ${clock.toFixed(1)} ms, heap grown by ${(grown / 1e6).toFixed(1)} MB`,
	);
	await store.close();
	if (url.startsWith("redis")) {
		const { Redis } = await import("ioredis");
		const client = new Redis(url);
		for await (const keys of client.scanStream({ match: `{${own}}*`, count: 1000 }))
			if (keys.length > 0) await client.unlink(keys);
		client.disconnect();
	}
	if (url.startsWith("postgres")) {
		const { default: pg } = await import("pg");
		const client = new pg.Client({ connectionString: url });
		await client.connect();
		await client.query(`SET client_min_messages = error; DROP SCHEMA IF EXISTS "${own}" CASCADE`);
		await client.end();
	}
}
await rm(folder, { recursive: true, force: true });
process.exit(0);
