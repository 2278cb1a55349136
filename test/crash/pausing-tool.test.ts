/** A tool that pauses, in processes that are killed at any moment: no stored call is made again, and no answer is lost. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Store } from "../../runtime/store/store.ts";
import { openStore } from "../../src/open-store.ts";
import { type KillPlan, randomPlan, seededRandom } from "./kill-plans.ts";
import { oneLife } from "./one-life.ts";
import { Drivers, type ToldResult } from "./processes.ts";

const kills = 20;
/** After so many lives a run may come to its end. */
const mostOfRun = 12;
const patience = 120_000;
const seed = Number(process.env.FLATSTATE_CRASH_SEED ?? Math.floor(Math.random() * 1e9));

/** Every one of the 50 calls asks by its own function, which is counted, and waits for its answer where the run is long. */
const document = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: asking
  context: { told: null }
  agents: { looper: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
  states:
    work:
      type: initial
      agent: looper
      input: { what: numbers }
      tools: [{ name: double, pause: wait }]
      output_to_context: { told: output.content }
      transitions: [{ to: done }]
    done: { type: final, output: { told: context.told } }
`;

const isCall = (key: string) => /^(?:agent|tool)\./.test(key);

/** Answers what the execution waits for, unless it has that answer already: 1, 3, 5 and so on, by the number of the call. */
async function answerOpen(store: Store, id: string, answered: Set<string>): Promise<void> {
	const { waiting_channel: channel = null } = (await store.persistence.loadExecution(id))?.summary ?? {};
	if (channel === null || answered.has(channel)) return;
	const [turn = 0, position = 0] = channel.split(".").slice(-2).map(Number);
	answered.add(channel);
	await store.signals.send(channel, 2 * ((turn - 1) * 5 + position) + 1, { executionId: id });
}

it("survives SIGKILL at any moment: each answer is taken once, each call made once", {
	timeout: patience,
}, async () => {
	const folder = await mkdtemp(join(tmpdir(), "flatstate-pausing-tool-"));
	const url = `sqlite:${join(folder, "runs.db")}`;
	const random = seededRandom(seed);
	const drivers = new Drivers(2, ["libsql"]);
	let killed = 0;
	let parked = 0;
	try {
		await using store = await openStore(url);
		while (killed < kills) {
			const id = randomUUID();
			const log = join(folder, id);
			const answered = new Set<string>();
			let result: ToldResult | undefined;
			for (let life = 0; result === undefined || result.status === "waiting"; life++) {
				const kill: KillPlan = life < mostOfRun && killed < kills ? randomPlan(random, true) : { kind: "never" };
				await answerOpen(store, id, answered);
				const { ended } = await oneLife({ store, drivers, work: { url, document, id, log, kill }, isCall });
				if (ended) {
					({ result } = ended);
					if (result.status === "waiting") parked += 1;
					drivers.giveBack(ended.driver);
				} else killed += 1;
			}
			const told = Array.from({ length: 50 }, (_, n) => 2 * n + 1);
			expect(result).toMatchObject({ status: "done", output: { told: JSON.stringify(told) }, agentCalls: 11 });
			expect(answered.size).toBe(50);
			expect(await store.signals.channels()).toEqual([]);
			await store.persistence.deleteExecution(id);
		}
	} finally {
		await drivers.end();
		await rm(folder, { recursive: true, force: true });
		console.info(`pausing tool: ${killed} kills, parked ${parked} times, seed ${seed}`);
	}
	expect(parked).toBeGreaterThan(20);
});
