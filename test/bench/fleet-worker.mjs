/** A worker of `fleet.mjs`: runs children of the fleet, or plain BullMQ jobs that do the same call. */
import OpenAI from "openai";
import { openBullQueue } from "../../dist/adapters/bullmq/index.js";
import { startFleetWorker } from "../../dist/runtime/fleet/fleet-worker.js";
import { capabilitiesOf, fleetMachines } from "../../dist/src/fleet-machines.js";
import { openStore } from "../../dist/src/index.js";

const [, , kind, url, concurrency] = process.argv;
const stop = kind === "plain" ? await plain() : await fleet();
process.on("message", async () => {
	await stop();
	process.exit(0);
});
process.send("ready");

async function fleet() {
	const store = await openStore(url);
	const queue = await openBullQueue(url);
	const worker = await startFleetWorker({
		store,
		queue,
		machines: fleetMachines(store, {}),
		capabilities: capabilitiesOf({}),
		workerId: `bench-${process.pid}`,
		concurrency: Number(concurrency),
		logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
	});
	return async () => {
		await worker.stop();
		await queue.close();
		await store.close();
	};
}

async function plain() {
	const { Worker } = await import("bullmq");
	const { Redis } = await import("ioredis");
	const prefix = new URL(url).searchParams.get("prefix");
	const client = new OpenAI({ baseURL: process.env.MOCK_BASE_URL, apiKey: "none" });
	const connection = new Redis(url.split("?")[0], { maxRetriesPerRequest: null });
	const ask = async ({ data }) => {
		const messages = [
			{ role: "system", content: "s" },
			{ role: "user", content: String(data.n) },
		];
		const answer = await client.chat.completions.create({ model: "m", messages });
		return { n: data.n, text: answer.choices[0].message.content };
	};
	const worker = new Worker("plain", ask, { connection, prefix, concurrency: Number(concurrency) });
	await worker.waitUntilReady();
	return async () => {
		await worker.close();
		connection.disconnect();
	};
}
