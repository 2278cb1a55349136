/** What a commit of one step costs in a folder, in microseconds, at 10, 1,000 and 10,000 steps of history. Needs a build. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../dist/src/index.js";

const histories = [10, 1_000, 10_000];
const measured = 200;

function commitOf(id, step) {
	const context = { text: "x".repeat(1500), step };
	const snapshot = { execution_id: id, machine_name: "bench", current_state: "work", step, event: "execute", context };
	const time = new Date(1_767_225_600_000 + step * 1000).toISOString();
	return {
		summary: {
			execution_id: id,
			root_execution_id: id,
			parent_execution_id: null,
			machine_name: "bench",
			status: "active",
			event: "execute",
			current_state: "work",
			step,
			waiting_channel: null,
			wake_at: null,
			total_api_calls: step,
			total_cost: 0,
			error: null,
			created_at: time,
			updated_at: time,
		},
		checkpoint: {
			key: `${id}/step_${String(step).padStart(6, "0")}_execute.json`,
			text: JSON.stringify(snapshot),
			progress: '{"format":1}',
		},
		log: [{ step, text: JSON.stringify({ key: `call.${step}`, output: "y".repeat(300) }) }],
	};
}

function median(times) {
	const sorted = times.toSorted((a, b) => a - b);
	return { p50: sorted[sorted.length >> 1], p99: sorted[Math.floor(sorted.length * 0.99)] };
}

async function timed(times, work) {
	const start = performance.now();
	await work();
	times.push((performance.now() - start) * 1000);
}

for (const powerLoss of [false, true]) {
	const dir = mkdtempSync(join(tmpdir(), "flatstate-bench-"));
	const store = await openStore(`file:${dir}`, { powerLoss });
	const { persistence, lock } = store;
	const lease = await lock.acquire("run");
	let step = 0;
	for (const history of histories) {
		while (step < history) await persistence.commit([commitOf("run", ++step)], lease);
		const commits = [];
		const resumes = [];
		for (let n = 0; n < measured; n++) await timed(commits, () => persistence.commit([commitOf("run", ++step)], lease));
		for (let n = 0; n < 50; n++) {
			await timed(resumes, async () => {
				const { latestKey, summary } = await persistence.loadExecution("run");
				await persistence.loadCheckpoint(latestKey);
				await persistence.loadLog("run", summary.step);
			});
		}
		const [commit, resume] = [median(commits), median(resumes)];
		console.log(
			`powerLoss ${powerLoss} history ${String(history).padStart(6)}: commit ${commit.p50.toFixed(0)} µs ` +
				`(p99 ${commit.p99.toFixed(0)}), load ${resume.p50.toFixed(0)} µs`,
		);
	}
	await store.close();
	rmSync(dir, { recursive: true, force: true });
}
