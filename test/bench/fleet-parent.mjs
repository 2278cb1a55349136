/** A parent of `fleet.mjs` that waits for children that nobody runs: how much memory its process takes. */
import { openBullQueue } from "../../dist/adapters/bullmq/index.js";
import { FlatMachine, openStore } from "../../dist/src/index.js";

const [, , url, config, count] = process.argv;
const megabytes = () => process.memoryUsage().rss / 1e6;
const store = await openStore(url);
const queue = await openBullQueue(url);
const machine = new FlatMachine({ config, store });
await machine.run({ items: [0] }, { executionId: "first", invoker: { kind: "queue", queue, window: 500 } });
globalThis.gc?.();
const begun = megabytes();
let peak = begun;
const sampler = setInterval(() => {
	peak = Math.max(peak, megabytes());
}, 5);
const items = Array.from({ length: Number(count) }, (_, index) => index);
const { status } = await machine.run(
	{ items },
	{ executionId: "second", invoker: { kind: "queue", queue, window: 500 } },
);
clearInterval(sampler);
peak = Math.max(peak, megabytes());
if (status !== "waiting") throw new Error(`the parent is ${status}`);
for (let round = 0; round < 5; round++) {
	globalThis.gc?.();
	await new Promise((resolve) => {
		setImmediate(resolve);
	});
}
process.send({ begun, peak, after: megabytes() });
process.on("disconnect", () => process.exit(0));
