/** Attempts at key results in processes that are killed at any moment: no call, check or judgement that was stored is made again. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { partOf } from "../../runtime/state/step-keys.ts";
import { openStore } from "../../src/open-store.ts";
import { readLines } from "./call-log.ts";
import { type KillPlan, randomPlan, seededRandom } from "./kill-plans.ts";
import { oneLife } from "./one-life.ts";
import { Drivers, type ToldResult } from "./processes.ts";

const kills = 20;
/** After so many kills a run may come to its end. */
const mostOfRun = 12;
const patience = 60_000;
const seed = Number(process.env.FLATSTATE_CRASH_SEED ?? Math.floor(Math.random() * 1e9));

const document = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: essay
  settings: { validator: referee }
  context: { value: null }
  agents:
    essayist: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } }
    referee: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } }
  states:
    write:
      type: initial
      agent: essayist
      hooks: judging
      input: { number: context.attempt.number }
      key_results:
        - { name: even, description: is no even number, check: output.value % 2 == 1 }
        - { name: clean, description: is clean, check: { action: scan } }
        - { name: kind, description: is kind }
      max_retries: 9
      output_to_context: { value: output.value }
      transitions: [{ to: done }]
    done: { type: final, output: { value: context.value, attempt: context.attempt.number } }
`;

const isCall = (key: string) => /^(?:agent|check)\./.test(partOf(key).key);

it("survives SIGKILL at any moment, and makes each finished call once", { timeout: patience }, async () => {
	const folder = await mkdtemp(join(tmpdir(), "flatstate-attempts-"));
	const url = `sqlite:${join(folder, "runs.db")}`;
	const random = seededRandom(seed);
	const drivers = new Drivers(2, ["libsql"]);
	const killedAfter = new Set<number>();
	let killed = 0;
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
			// Eight attempts, of which those with odd numbers from 5 on come to the judge.
			expect(result).toMatchObject({ status: "done", output: { value: 7, attempt: 7 }, agentCalls: 10 });
			const names = new Set(readLines(log).map(({ name }) => name));
			for (const name of ["agent.essayist.1", "attempt.7/judge/agent.referee.1", "attempt.3/check.clean"]) {
				expect(names).toContain(`${id}/1/write/${name}`);
			}
			await store.persistence.deleteExecution(id);
		}
	} finally {
		await drivers.end();
		await rm(folder, { recursive: true, force: true });
		console.info(`attempts: ${killed} kills, seed ${seed}`);
	}
	// Else the kills would have come where nothing is going on.
	expect(killedAfter.size).toBeGreaterThan(3);
});
