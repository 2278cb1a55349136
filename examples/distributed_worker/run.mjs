import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { FlatMachine, machineProcesses, openStore } from "flatstate";

export const summary = "a pool of jobs and worker processes: started by a checker, one killed, reaped and followed";

const { REDIS_URL } = process.env;
const machines = `${import.meta.dirname}/config`;

export async function run({ log, store: given }) {
	const folder = await mkdtemp(join(tmpdir(), "laundry-"));
	const address = given ?? (REDIS_URL ? REDIS_URL : `sqlite:${folder}/laundry.db`);
	const store = await openStore(address);
	try {
		log(`the pool is on ${store.name}${given || REDIS_URL ? "" : " (REDIS_URL or --store for another store)"}`);
		return await washDay({ store, address, bell: join(folder, "bell"), log });
	} finally {
		await store.close();
		await rm(folder, { recursive: true });
	}
}

async function washDay({ store, address, bell, log }) {
	// On a store that others use, too, a pool of its own.
	const pool_id = `laundry-${randomUUID()}`;
	const pool = store.work.pool(pool_id);
	const bags = [
		{ of: "Ms Okafor", things: ["a duvet"], until: bell },
		{ of: "Mr Silva", things: ["two shirts"] },
		{ of: "Ms Horvat", things: ["three shirts", "a red sock"] },
		{ of: "Mr Demir", things: ["towels"] },
		{ of: "Ms Ito", things: ["a tablecloth", "six napkins"] },
		{ of: "Mr Khan", things: ["an apron"] },
	];
	const ids = [];
	for (const bag of bags) ids.push(await pool.push(bag, { maxRetries: 2 }));
	log(`${await pool.size()} bags are in the pool`);

	// What cron would do with `flatstate run checker.yml --hooks hooks.mjs`.
	const processes = machineProcesses({ options: ["--hooks", `${import.meta.dirname}/hooks.mjs`] });
	const runMachine = async (name, input) => {
		const machine = new FlatMachine({ file: `${machines}/${name}.yml`, store: address, processes });
		try {
			return await machine.execute({ pool_id, ...input });
		} finally {
			await machine.close();
		}
	};
	const first = await runMachine("checker", { max_workers: 3 });
	log(`the checker has started ${first.started} workers`);

	// All bags but the duvet are done, and the workers that find no more have left: one is left, in the middle of its job.
	const worker = await until(async () => {
		const items = await Promise.all(ids.map((id) => pool.get(id)));
		const isDone = items.slice(1).every(({ status }) => status === "done" || status === "poisoned");
		const [last, ...others] = await store.registrations.list({ status: "active", poolId: pool_id });
		return isDone && others.length === 0 && last?.current_task_id === ids[0] ? last : undefined;
	});
	process.kill(worker.pid, "SIGKILL");
	log(`${worker.worker_id}, process ${worker.pid}, is killed in the middle of the duvet`);

	// Its heartbeats have ended, so after a second it counts as lost. Until then the reaper finds all well.
	const reaped = await until(async () => {
		const found = await runMachine("reaper", { stale_threshold_seconds: 1 });
		return found.workers > 0 ? found : undefined;
	});
	log(`the reaper has put back ${reaped.bags} bag of ${reaped.workers} worker`);

	await writeFile(bell, "");
	const second = await runMachine("checker", { max_workers: 3 });
	log(`the checker has started ${second.started} worker for what is left`);
	await until(
		async () =>
			(await store.registrations.list({ status: "active", poolId: pool_id })).length === 0 &&
			(await isEnded(pool, ids)),
	);

	const ended = await Promise.all(ids.map((id) => pool.get(id)));
	return {
		first_check: first,
		reaped,
		second_check: second,
		bags: ended.map(({ data, status, attempts, result, error }) => ({
			of: data.of,
			status,
			attempts,
			...(result ? { washed: result.washed } : { error }),
		})),
	};
}

async function isEnded(pool, ids) {
	const items = await Promise.all(ids.map((id) => pool.get(id)));
	return items.every(({ status }) => status === "done" || status === "poisoned");
}

/** Looks until there is something to see. @throws Error after a minute */
async function until(look) {
	const end = performance.now() + 60_000;
	while (performance.now() < end) {
		const seen = await look();
		if (seen) return seen;
		await setTimeout(100);
	}
	throw new Error("The workers are not done in time. FLATSTATE_WORKER_LOGS=FOLDER keeps what they write.");
}
