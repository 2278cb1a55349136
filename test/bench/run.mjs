/**
 * `npm run bench`: steps per second of flatstate beside hand-written XState and LangGraph.js, each in processes of its
 * own, taking turns; then what a call of a model and a turn of a tool loop cost over HTTP, beside the bare `openai` client.
 * Prints medians; fails only when a run computes something wrong. `--no-peers` leaves LangGraph out.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installPeers } from "./peers.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const withPeers = !process.argv.includes("--no-peers");
const turns = 3;

const rows = [
	{ name: "pure", title: "1,000 steps without effects", steps: 1000, rounds: 15, peerRounds: 5 },
	{ name: "hook", title: "1,000 hook actions", steps: 1000, rounds: 15, peerRounds: 5 },
	{ name: "agent", title: "1,000 stub agents", steps: 1000, rounds: 15, peerRounds: 5 },
	{ name: "foreach_1000", title: "foreach of 1,000 children", steps: 1000, rounds: 15, peerRounds: 3 },
	{ name: "foreach_10000", title: "foreach of 10,000 children", steps: 10_000, rounds: 5, peerRounds: 1 },
];

if (withPeers) installPeers();
console.log(`node ${process.version}; microseconds per step or child, median of ${turns} processes each\n`);
console.log(line("", "flatstate", "steps/s", "XState", "of XState", "LangGraph.js", "times"));
const perChild = new Map();
for (const row of rows) {
	const ours = [];
	const xstate = [];
	const peer = [];
	for (let turn = 0; turn < turns; turn++) {
		ours.push(measure("ours", row, row.rounds));
		xstate.push(measure("xstate", row, row.rounds));
		// LangGraph's fan-out grows with the square of its size: 10,000 at once would take minutes.
		if (withPeers && (turn === 0 || row.steps <= 1000) && row.name !== "foreach_10000") {
			peer.push(measure("langgraph", row, row.peerRounds));
		}
	}
	const [a, b, c] = [ours, xstate, peer].map(median);
	perChild.set(row.name, a);
	console.log(
		line(
			row.title,
			a.toFixed(1),
			Math.round(1e6 / a).toLocaleString("en"),
			b.toFixed(1),
			(b / a).toFixed(2),
			peer.length > 0 ? c.toFixed(1) : "-",
			peer.length > 0 ? (c / a).toFixed(1) : "-",
		),
	);
}
const growth = perChild.get("foreach_10000") / perChild.get("foreach_1000");
console.log(`\na child of 10,000 costs ${growth.toFixed(2)} times a child of 1,000`);

console.log("\ncompile time, median of 5 in one process");
for (const states of [50, 500, 5000]) {
	const { milliseconds } = child("compile.mjs", ["states", String(states)]);
	console.log(
		line(
			`${states} states`,
			`${milliseconds.toFixed(1)} ms`,
			`${((milliseconds * 1000) / states).toFixed(0)} µs/state`,
		),
	);
}
const starts = Array.from({ length: 7 }, () => child("compile.mjs", ["start"]).milliseconds);
console.log(`\nimport and compile hello-world in a new process: ${median(starts).toFixed(0)} ms of processor time`);

for (const script of ["agent-call.mjs", "tool-loop.mjs"]) {
	console.log();
	execFileSync(process.execPath, [here + script], { stdio: "inherit", cwd: here });
}

function measure(side, { name, steps }, rounds) {
	return child("measure.mjs", [side, name, String(steps), String(rounds)]).wall;
}

function child(script, args) {
	const output = execFileSync(process.execPath, [here + script, ...args], { encoding: "utf8", cwd: here });
	return JSON.parse(output.trim().split("\n").at(-1));
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

function line(title, ...cells) {
	return title.padEnd(30) + cells.map((cell) => cell.padStart(14)).join("");
}
