/** Processes are killed at any moment, and others go on: nothing that was stored is done twice, and nothing is lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { type KillPlan, randomPlan, seededRandom } from "./kill-plans.ts";
import { Drivers } from "./processes.ts";
import { sharedStores } from "./stores.ts";
import { type Tally, Trial } from "./trial.ts";

/** Over all stores. */
const kills = 304;
/** After so many kills a run may come to its end: a slow computer would never get that far. */
const mostOfRun = 40;
const patience = 240_000;

const seed = Number(process.env.FLATSTATE_CRASH_SEED ?? Math.floor(Math.random() * 1e9));
const stores = await sharedStores();
const present = stores.filter(({ missing }) => missing === undefined);
const tallies = new Map<string, Tally>();
let folder = "";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-crash-log-"));
});

afterAll(async () => {
	await rm(folder, { recursive: true, force: true });
	for (const [name, { kills: killed, resumes, repeats, repeatedEnds }] of tallies) {
		console.info(
			`${name}: ${killed} kills, ${resumes} resumes, ${repeats} calls began again (${repeatedEnds} had ended just before)`,
		);
	}
	console.info(`seed ${seed} (FLATSTATE_CRASH_SEED=${seed} runs the same kills)`);
});

describe.each(stores)("an execution on $name", ({ name, modules, missing, open }) => {
	it.skipIf(missing !== undefined)("survives SIGKILL at any moment", { timeout: patience }, async () => {
		const tally: Tally = { kills: 0, resumes: 0, repeats: 0, repeatedEnds: 0, killedIn: new Map() };
		tallies.set(name, tally);
		const random = seededRandom(seed);
		const shared = await open();
		const drivers = new Drivers(2, modules);
		try {
			await using store = await openStore(shared.url);
			const options = { store, url: shared.url, folder, drivers, random };
			const calm = new Trial(options, tally);
			const undisturbed = await calm.run(() => ({ kind: "never" }));
			await calm.remove();
			expect(tally).toMatchObject({ kills: 0, repeats: 0 });
			const isEnough = () => tally.kills >= kills / present.length;
			while (!isEnough()) {
				const trial = new Trial(options, tally);
				const planOf = (life: number, takesSignal: boolean): KillPlan =>
					life < mostOfRun && !isEnough() ? randomPlan(random, takesSignal) : { kind: "never" };
				const result = await trial.run(planOf);
				expect({ ...result, executionId: "" }).toEqual({ ...undisturbed, executionId: "" });
				await trial.remove();
			}
		} finally {
			await drivers.end();
			await shared.remove();
		}
		// Else the kills would have come where nothing is going on.
		expect(tally.repeats).toBeGreaterThan(tally.kills / 4);
		expect(tally.killedIn.size).toBeGreaterThan(8);
	});
});

it.runIf(present.length > 0)("has been killed often enough", () => {
	const all = [...tallies.values()].reduce((sum, tally) => sum + tally.kills, 0);
	expect(all).toBeGreaterThanOrEqual(300);
});
