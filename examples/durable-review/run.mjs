import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, resumeExecution, SignalDispatcher } from "flatstate";

export const summary =
	"killed with SIGKILL in the middle, resumed, parked until a person approves; no call is made twice";

const executionId = "kettle-review";
const input = {
	paper: "On Kettles",
	sections: [
		{ title: "Introduction", text: "Which kettle is the fastest?" },
		{ title: "Method", text: "We boiled many." },
		{ title: "Results", text: "Table 1: the red one. Table 2: the blue one." },
		{ title: "Conclusion", text: "Red is the best colour." },
	],
};

export async function run({ model, onEvent, log }) {
	const folder = await mkdtemp(join(tmpdir(), "durable-review-"));
	const store = `sqlite:${folder}/runs.db`;
	try {
		// 1. A process begins the review, and is killed while it waits for its third answer.
		const first = await work({ command: "run", input, store, model }, { onEvent, killAt: 3 });
		log(`process 1 is killed: ${first.answered} answers are stored, 1 is lost`);

		// 2. Another process goes on, until it can only wait for a person. Then it ends, too.
		const second = await work({ command: "resume", store, model }, { onEvent });
		log(`process 2 has ended: ${second.answered} answers more, and the review waits`);

		// 3. The person approves. The dispatcher wakes the one execution that waits for this.
		const { woken, output, calls } = await approve(store, { onEvent });

		return { ...output, calls, lives: [first, second], woken };
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Runs `worker.mjs` to its end, or kills it as soon as it has begun so many calls. */
async function work(task, { onEvent, killAt }) {
	const worker = fork(`${import.meta.dirname}/worker.mjs`, [JSON.stringify({ executionId, ...task })]);
	const life = { begun: 0, answered: 0, ended: "SIGKILL" };
	worker.on("message", (event) => {
		if (event.type === "end") {
			life.ended = event.status;
			if (event.error !== undefined) life.error = event.error;
			return;
		}
		onEvent(event);
		if (event.type === "agent_end") life.answered += 1;
		if (event.type === "agent_start") life.begun += 1;
		if (event.type === "agent_start" && life.begun === killAt) worker.kill("SIGKILL");
	});
	await once(worker, "close");
	return life;
}

async function approve(address, { onEvent }) {
	const store = await openStore(address);
	try {
		await store.signals.send("approval/On Kettles", { approved: true, by: "Ms Okafor" });
		const dispatcher = new SignalDispatcher({
			signals: store.signals,
			persistence: store.persistence,
			// The machine comes from the store: this process need not have its files.
			resume: (id) => resumeExecution(store, id, { onEvent }),
		});
		const woken = await dispatcher.dispatch("approval/On Kettles");
		// An execution that has ended gives its result.
		const { output, agentCalls: calls } = await resumeExecution(store, executionId);
		return { woken, output, calls };
	} finally {
		await store.close();
	}
}
