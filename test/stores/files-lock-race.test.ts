/** Real processes race for one lease, and are killed while they hold it: never two holders. */
import { expect, it } from "vitest";
import { ask, RacingProcesses } from "./racing-processes.ts";

const processes = 8;
const rounds = 50;

it("gives a lease to exactly one of 8 processes, 50 times, also after the holder was killed", async () => {
	await using race = await RacingProcesses.prepare("files-lock-racer.ts");
	const racers = await Promise.all(Array.from({ length: processes }, () => race.start()));
	let last = 0;
	for (let round = 0; round < rounds; round++) {
		const tokens = await Promise.all(racers.map((racer) => ask(racer, "acquire")));
		const won = tokens.filter((token) => token !== 0);
		expect(won, `round ${round}`).toHaveLength(1);
		expect(Number(won[0])).toBeGreaterThan(last);
		last = Number(won[0]);
		const winner = tokens.findIndex((token) => token !== 0);
		const holder = racers[winner];
		if (holder === undefined) throw new Error("nobody won");
		if (round % 5 === 4) {
			await race.kill(holder);
			racers[winner] = await race.start();
		} else {
			await ask(holder, "release");
		}
	}
});
