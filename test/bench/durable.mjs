/**
 * `npm run bench:durable`: what durability costs, beside LangGraph.js with its SQLite saver, each in processes of its own,
 * taking turns. Prints medians; fails only when a run computes something wrong. `--no-peers` leaves LangGraph out.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installDurablePeers } from "./peers.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const withPeers = !process.argv.includes("--no-peers");
const turns = 3;

if (withPeers) installDurablePeers();
console.log(`node ${process.version}; medians of ${turns} processes each\n`);

console.log("1,000 steps with an effect each: microseconds a step, and how many times LangGraph's steps a second");
console.log(line("", "first 1,000", "", "warm", ""));
const peer = withPeers ? steps("durable-langgraph.mjs", "1000") : undefined;
if (peer !== undefined) console.log(line("LangGraph.js, SqliteSaver", peer.cold.toFixed(1), "", peer.warm.toFixed(1)));
for (const store of ["none", "memory", "sqlite", "sqlite?durability=power", "file"]) {
	const ours = steps("durable-ours.mjs", store, store === "file" ? "300" : "1000");
	const against = (time) => (peer === undefined ? "-" : `${(peer[time] / ours[time]).toFixed(1)} x`);
	const cells = [ours.cold.toFixed(1), against("cold"), ours.warm.toFixed(1), against("warm")];
	console.log(line(`flatstate, ${store}`, ...cells));
}

console.log("\nmicroseconds of one step after so many steps of history, SQLite");
const history = child("durable-ours.mjs", ["history", "sqlite"]);
for (const { steps, microseconds } of history.points) console.log(line(`${steps} steps`, microseconds.toFixed(1)));

console.log(
	"\nresume in a new process after so many steps: milliseconds from opening the store to the next call, SQLite",
);
for (const steps of ["10", "10000"]) {
	const milliseconds = repeat(() => child("durable-ours.mjs", ["resume", "sqlite", steps]).milliseconds);
	console.log(line(`${steps} steps`, milliseconds.toFixed(2)));
}

console.log("\nbytes written for one step, by the size of the context");
for (const [size, name] of [
	["0", "none"],
	["32768", "32 KiB"],
	["1048576", "1 MiB"],
]) {
	const { bytesPerStep, microseconds } = child("durable-ours.mjs", ["bytes", "sqlite", size]);
	const share = Number(size) === 0 ? "" : `${(bytesPerStep / Number(size)).toFixed(2)} x`;
	console.log(line(name, `${Math.round(bytesPerStep).toLocaleString("en")} B`, share, `${microseconds.toFixed(0)} us`));
}

console.log("\na signal to one of 10,000 parked executions, to the wake of it: milliseconds");
for (const store of ["memory", "sqlite"]) {
	const { p50, p99 } = child("durable-ours.mjs", ["signal", store, "10000", "300"]);
	console.log(line(store, `p50 ${p50.toFixed(2)}`, `p99 ${p99.toFixed(2)}`));
}

function steps(script, ...args) {
	const turnsOfIt = Array.from({ length: turns }, () => child(script, ["steps", ...args]));
	return { cold: medianOf(turnsOfIt.map(({ cold }) => cold)), warm: medianOf(turnsOfIt.map(({ warm }) => warm)) };
}

function repeat(measure) {
	return medianOf(Array.from({ length: turns }, measure));
}

function medianOf(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function child(script, args) {
	const output = execFileSync(process.execPath, [here + script, ...args], { encoding: "utf8", cwd: here });
	return JSON.parse(output.trim().split("\n").at(-1));
}

function line(title, ...cells) {
	return title.padEnd(36) + cells.map((cell) => cell.padStart(14)).join("");
}
