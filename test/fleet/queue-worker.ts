/** A process that takes jobs: says what it takes, and what becomes of it. Started by queue-processes.test.ts. */
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";

const [, , url = "", mode = "hold"] = process.argv;
const say = (text: string) => {
	process.stdout.write(`${text}\n`);
};

process.on("unhandledRejection", (reason) => {
	say(`unhandled ${String(reason)}`);
});

const queue = await openBullQueue(url);
const consumer = await queue.consume({
	concurrency: 5,
	provides: () => true,
	logger: { ...silentLogger, warn: (line) => say(`warn ${line}`) },
	lockSeconds: 2,
	handle: async ({ id, signal }) => {
		const event = new Promise<string>((resolve) => {
			if (mode === "once") resolve("");
			// Ends in the very turn in which it wakes up, before anybody can tell it that the job is another's.
			else if (mode === "late") process.once("SIGUSR2", () => resolve(""));
			else signal.addEventListener("abort", () => resolve("aborted"));
		});
		say(`took ${id}`);
		if ((await event) !== "") say(`aborted ${id}`);
		say(`ended ${id}`);
		return { type: "done" };
	},
});
say("ready");
if (mode === "once") {
	while (consumer.handled === 0) await new Promise((resolve) => setTimeout(resolve, 20));
	await queue.add([
		{
			id: "left",
			job: { kind: "resume", execution_id: "x", reason: "time" },
			machine: "m",
			requires: ["hooks:x"],
			delayMs: 60_000,
		},
	]);
	await queue.close();
	say("closed");
}
