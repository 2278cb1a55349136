/**
 * `node test/bench/telemetry.mjs [--against DIST]`, after `npm run build`: what telemetry costs. Pairs of processes take
 * turns; printed are medians, and the median of the ratios within the pairs.
 *
 * - `none`: no SDK is registered, as in most processes; against the same with `telemetry: false`, or with `--against`
 *   against another build, of before there was telemetry.
 * - `recorded`: an SDK is registered that keeps nothing; against `none`.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("telemetry-run.mjs", import.meta.url));
const here = fileURLToPath(new URL("../../dist/src/index.js", import.meta.url));
const at = process.argv.indexOf("--against");
const before = at > 0 ? process.argv[at + 1] : undefined;
const pairs = Number(process.env.PAIRS ?? 15);
const cases = ["pure", "hook", "agent", "foreach"];

console.log(
	`node ${process.version}; microseconds of processor time per step or child, medians of ${pairs} pairs of processes\n`,
);
console.log(line("", before ? "build before" : "switched off", "none", "ratio", "recorded", "ratio"));
for (const name of cases) {
	const off = [];
	const none = [];
	const recorded = [];
	for (let pair = 0; pair < pairs; pair++) {
		const measures = [
			() => off.push(before ? measure(before, "none", name) : measure(here, "off", name)),
			() => none.push(measure(here, "none", name)),
		];
		// Who comes first changes from pair to pair.
		for (const one of pair % 2 === 0 ? measures : measures.reverse()) one();
		recorded.push(measure(here, "recorded", name));
	}
	const ratio = median(none.map((value, pair) => value / off[pair]));
	const traced = median(recorded.map((value, pair) => value / none[pair]));
	console.log(
		line(
			name,
			median(off).toFixed(2),
			median(none).toFixed(2),
			ratio.toFixed(3),
			median(recorded).toFixed(2),
			traced.toFixed(2),
		),
	);
}

function measure(dist, mode, name) {
	const output = execFileSync(process.execPath, ["--expose-gc", child, dist, mode, name], { encoding: "utf8" });
	return Number(output);
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function line(title, ...cells) {
	return title.padEnd(10) + cells.map((cell) => cell.padStart(14)).join("");
}
