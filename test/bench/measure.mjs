/** Child process of `run.mjs`: measures one case of one side and prints microseconds per step as JSON. */
const [, , side, name, steps, rounds] = process.argv;
const { cases } = await import(`./${side}.mjs`);
const run = cases[name];
const n = Number(steps);
await run(Math.min(n, 1000));
await run(Math.min(n, 1000));
const wall = [];
const processor = [];
for (let round = 0; round < Number(rounds); round++) {
	globalThis.gc?.();
	const before = process.cpuUsage();
	const start = performance.now();
	await run(n);
	wall.push(((performance.now() - start) * 1000) / n);
	const { user, system } = process.cpuUsage(before);
	processor.push((user + system) / n);
}
console.log(JSON.stringify({ wall: median(wall), processor: median(processor), least: Math.min(...wall) }));
process.exit(0);

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}
