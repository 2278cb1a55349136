import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { openStore } from "flatstate";
import { openRedis } from "./redis.mjs";
import { flatstate, startWorker } from "./workers.mjs";

export const summary = "a foreach of 200 on three worker processes, one of which is killed in the middle";

const archive = `${import.meta.dirname}/config/archive.yml`;
const things = ["a lamp", "a set of spoons", "a map of the harbour", "a bell"];
const givers = ["the widow Brandt", "two sailors", "the school"];
const letters = Array.from({ length: 200 }, (_, index) => ({
	number: index + 1,
	text: `In ${1880 + ((index * 7) % 50)} we were given ${things[index % 4]} by ${givers[index % 3]}.`,
}));
/** Seconds after which what a dead worker had in hand is given to others; 15 where it is not set. */
const lock = 3;

export async function run({ model, store: address, log }) {
	const redis = address === undefined ? await openRedis() : undefined;
	const url = address ?? redis.url;
	if (redis) log(`the workers share ${redis.name}`);
	const workers = [];
	const interrupt = new AbortController();
	const stop = () => interrupt.abort(Object.assign(new Error("The example was interrupted."), { exitCode: 130 }));
	process.on("SIGINT", stop).on("SIGTERM", stop);
	try {
		const answering = model === undefined ? [] : ["--model", model];
		const args = ["--concurrency", "8", "--lock", String(lock), ...answering];
		const begun = await Promise.allSettled(
			[1, 2, 3].map(async (number) => {
				const worker = await startWorker(args, { store: url, log: (line) => log(`  worker ${number}: ${line}`) });
				workers[number - 1] = worker;
				log(`worker ${number} is process ${worker.pid}`);
			}),
		);
		for (const { reason } of begun) if (reason) throw reason;
		interrupt.signal.throwIfAborted();
		return await fileLetters(workers, { store: url, log, signal: interrupt.signal });
	} finally {
		await Promise.all(workers.map((worker) => worker?.kill("SIGTERM")));
		await redis?.close();
		process.off("SIGINT", stop).off("SIGTERM", stop);
	}
}

async function fileLetters(workers, { store: address, log, signal }) {
	const executionId = `archive-${randomUUID()}`;
	const store = await openStore(address);
	const ofArchive = (status) => store.persistence.listExecutions({ parentExecutionId: executionId, status });
	// The same machine without `--distributed` would file the letters in its own process.
	const printed = flatstate(
		["run", archive, "--id", executionId, "--input", JSON.stringify({ letters }), "--distributed", "--json"],
		{ store: address, signal, log: (line) => log(`  run: ${line}`) },
	);
	try {
		const [killed, output] = await Promise.all([
			killOnTheWay(workers, { store, ofArchive, log, printed }),
			printed.then((text) => JSON.parse(text)),
		]);
		const done = await ofArchive("done");
		const { summary: archived } = await store.persistence.loadExecution(executionId);
		log(`the fleet, as \`flatstate fleet\` shows it:\n${await flatstate(["fleet"], { store: address })}`);
		return {
			letters: letters.length,
			filed: done.length,
			each_once: new Set(output.filed.map(({ number }) => number)).size === done.length,
			in_order: output.filed.every(({ number }, index) => number === index + 1),
			agent_calls: archived.total_api_calls,
			workers: workers.length,
			workers_killed: killed,
			shelves: countBy(output.filed, ({ shelf }) => shelf),
		};
	} finally {
		await store.close();
	}
}

/** Says how far the letters are, and kills a worker when a quarter of them is filed. @returns how many were killed */
async function killOnTheWay(workers, { store, ofArchive, log, printed }) {
	let isOver = false;
	let killed = 0;
	let told = 0;
	printed
		.finally(() => {
			isOver = true;
		})
		.catch(() => {});
	while (!isOver) {
		const filed = (await ofArchive("done")).length;
		if (filed >= told + 40) {
			log(`${filed} of ${letters.length} letters are filed`);
			told = filed;
		}
		if (killed === 0 && filed >= letters.length / 4) {
			killed += 1;
			await kill(workers[1], { store, ofArchive, log });
		}
		await setTimeout(100);
	}
	return killed;
}

async function kill(worker, { store, ofArchive, log }) {
	const open = await ofArchive("active");
	const holders = await Promise.all(open.map(({ execution_id }) => store.lock.holder(execution_id)));
	await worker.kill("SIGKILL");
	const inHand = open.filter((_, index) => holders[index]?.label.startsWith(`process ${worker.pid} `));
	log(
		`process ${worker.pid} is killed, with ${inHand.length} letters in hand: others go on with them in about ${lock} s`,
	);
}

function countBy(items, keyOf) {
	const counts = new Map();
	for (const key of items.map(keyOf).toSorted()) counts.set(key, (counts.get(key) ?? 0) + 1);
	return Object.fromEntries(counts);
}
