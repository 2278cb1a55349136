/** Times a piece of work in a fresh process: the first time, and once the process has warmed up. */

const rounds = 12;
const warmUp = 4;

/**
 * @param measure times one round, given its number, and gives microseconds
 * @returns the first round, and the median of those after the process has warmed up
 */
export async function coldAndWarm(measure) {
	const values = [];
	for (let round = 0; round < rounds; round++) values.push(await measure(round));
	const [cold] = values;
	const warm = values.slice(warmUp).sort((a, b) => a - b);
	return { cold, warm: warm[Math.floor(warm.length / 2)] };
}
