/** A tool loop of 50 calls in processes that are killed at any moment: no call that was stored is made again. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { readLines } from "./call-log.ts";
import { type KillPlan, randomPlan, seededRandom } from "./kill-plans.ts";
import { oneLife } from "./one-life.ts";
import { Drivers, type ToldResult } from "./processes.ts";

const kills = 100;
/** After so many kills a run may come to its end. */
const mostOfRun = 60;
const patience = 120_000;
const seed = Number(process.env.FLATSTATE_CRASH_SEED ?? Math.floor(Math.random() * 1e9));

const document = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: doubling
  context: { double: 0, told: null }
  agents: { looper: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
  states:
    work:
      type: initial
      agent: looper
      hooks: tallying
      input: { what: numbers }
      tool_loop: { max_turns: 20 }
      output_to_context: { told: output.content, calls: output._tool_calls_count }
      transitions: [{ to: done }]
    done: { type: final, output: { told: context.told, calls: context.calls, tallied: context.double } }
`;

const output = {
	told: JSON.stringify(Array.from({ length: 50 }, (_, n) => 2 * n)),
	calls: 50,
	tallied: 50,
};

const isCall = (key: string) => /^(?:agent|tool)\./.test(key);

it("survives SIGKILL at any moment, and makes each finished call once", { timeout: patience }, async () => {
	const folder = await mkdtemp(join(tmpdir(), "flatstate-tool-loop-"));
	const url = `sqlite:${join(folder, "runs.db")}`;
	const random = seededRandom(seed);
	const drivers = new Drivers(2, ["libsql"]);
	const killedAfter = new Set<number>();
	let killed = 0;
	let repeats = 0;
	try {
		await using store = await openStore(url);
		while (killed < kills) {
			const id = randomUUID();
			const log = join(folder, id);
			let result: ToldResult | undefined;
			for (let life = 0; result === undefined; life++) {
				const kill: KillPlan = life < mostOfRun && killed < kills ? randomPlan(random, false) : { kind: "never" };
				const { known, ended } = await oneLife({ store, drivers, work: { url, document, id, log, kill }, isCall });
				if (ended) {
					({ result } = ended);
					await ended.driver.end();
				} else {
					killed += 1;
					killedAfter.add(known);
				}
			}
			expect(result).toMatchObject({ status: "done", output, agentCalls: 11 });
			const begun = readLines(log).filter(({ word, name }) => word === "begin" && name.includes("/tool."));
			const names = new Set(begun.map(({ name }) => name));
			expect(names.size).toBe(50);
			repeats += begun.length - names.size;
			await store.persistence.deleteExecution(id);
		}
	} finally {
		await drivers.end();
		await rm(folder, { recursive: true, force: true });
		console.info(`tool loop: ${killed} kills, ${repeats} unfinished tool calls began again, seed ${seed}`);
	}
	// Else the kills would have come where nothing is going on.
	expect(repeats).toBeGreaterThan(kills / 10);
	expect(killedAfter.size).toBeGreaterThan(10);
});
