/** Real processes send and broadcast on one channel of a folder at the same time: nobody is given two signals. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { openFileStore } from "../../adapters/stores/files/index.ts";
import { ask, RacingProcesses } from "./racing-processes.ts";

const processes = 4;
const rounds = 40;

it("gives each execution one signal a round, whichever of 4 processes is first", async () => {
	await using race = await RacingProcesses.prepare("broadcast-racer.ts");
	await using store = await openFileStore(join(race.dir, "store"));
	const { signals } = store;
	const racers = await Promise.all(Array.from({ length: processes }, () => race.start()));
	for (let round = 0; round < rounds; round++) {
		const given = await Promise.all(racers.map((racer) => ask(racer, "go")));
		expect(
			given.reduce((sum: number, count) => sum + Number(count), 0),
			`round ${round}`,
		).toBe(1);
		const left = await signals.peek("go");
		expect(left.flatMap(({ execution_id }) => execution_id ?? [])).toEqual(["a", "b", "c"]);
		expect(left).toHaveLength(3 + processes - 1);
		for (const { id } of left) await signals.acknowledge(id);
	}
});
