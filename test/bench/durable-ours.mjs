/** Child process of `durable.mjs`: measures one thing and prints it as JSON. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FlatMachine, openStore, SignalDispatcher } from "../../dist/src/index.js";
import { checkOutput } from "./check-output.mjs";
import { coldAndWarm } from "./cold-and-warm.mjs";

const folder = mkdtempSync(join(tmpdir(), "flatstate-bench-"));
const [, , what, kind, ...rest] = process.argv;

const loop = (steps) => `
spec: flatmachine
data:
  name: loop
  context: { n: 0, ballast: "{{ input.ballast }}" }
  settings: { max_steps: 1000000 }
  agents: { count: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } }
  states:
    loop:
      type: initial
      agent: count
      input: { n: context.n }
      output_to_context: { n: output.n }
      transitions: [{ condition: context.n < ${steps}, to: loop }, { to: end }]
    end: { type: final, output: { n: context.n } }
`;

const waiting = `
spec: flatmachine
data:
  name: waiting
  states:
    wait: { type: initial, wait_for: "task/{{ input.id }}", transitions: [{ to: end }] }
    end: { type: final }
`;

const script = ({ input }) => ({ n: input.n + 1 });

const measures = {
	async steps() {
		const steps = Number(rest[0]);
		return coldAndWarm((round) => timed(steps, `run-${round}`));
	},

	/** Times of single steps within one long run. */
	async history() {
		const points = [10, 1000, 10_000];
		const at = [];
		const store = await open("history");
		const machine = new FlatMachine({
			config: loop(10_200),
			store,
			script: (call) => {
				at.push(performance.now());
				return script(call);
			},
		});
		checkOutput((await machine.run()).output.n, 10_200);
		await store.close();
		const stepAfter = (steps) =>
			median(at.slice(steps, steps + 200).map((time, i) => (time - at[steps + i - 1]) * 1000));
		return { points: points.map((steps) => ({ steps, microseconds: stepAfter(steps) })) };
	},

	/** Stops after so many steps, then resumes in a process of its own. */
	async resume() {
		const steps = Number(rest[0]);
		const address = addressOf("resume");
		const store = await openStore(address);
		const machine = new FlatMachine({ config: loop(1_000_000), store, script });
		checkOutput((await machine.run({}, { executionId: "x", maxSteps: steps })).status, "stopped");
		await store.close();
		const self = fileURLToPath(import.meta.url);
		const output = execFileSync(process.execPath, [self, "resumed", address, String(steps)], { encoding: "utf8" });
		return JSON.parse(output.trim().split("\n").at(-1));
	},

	async resumed() {
		const machine = new FlatMachine({
			config: loop(1_000_000),
			store: kind,
			script: (call) => {
				called ??= performance.now();
				return script(call);
			},
		});
		let called;
		const start = performance.now();
		const result = await machine.resume("x", { maxSteps: Number(rest[0]) + 1 });
		checkOutput(result.agentCalls, Number(rest[0]) + 1);
		await machine.close();
		return { milliseconds: called - start };
	},

	async bytes() {
		const steps = 50;
		const address = addressOf("bytes");
		const store = await openStore(address);
		const ballast = "x".repeat(Number(rest[0]));
		const machine = new FlatMachine({ config: loop(steps), store, script });
		const before = writtenBytes();
		const start = performance.now();
		checkOutput((await machine.run({ ballast })).output.n, steps);
		const microseconds = ((performance.now() - start) * 1000) / steps;
		const bytesPerStep = (writtenBytes() - before) / steps;
		await store.close();
		return { bytesPerStep, microseconds };
	},

	async signal() {
		const [parked, signals] = rest.map(Number);
		const store = await open("signal");
		const machine = new FlatMachine({ config: waiting, store });
		for (let id = 0; id < parked; id++) {
			checkOutput((await machine.run({ id }, { executionId: `x${id}` })).status, "waiting");
		}
		const times = [];
		const stop = new AbortController();
		let woken = () => {};
		const dispatcher = new SignalDispatcher({
			signals: store.signals,
			persistence: store.persistence,
			resume: (id) => {
				woken();
				return machine.resume(id);
			},
		});
		const listening = dispatcher.listen({ signal: stop.signal });
		for (let i = 0; i < signals; i++) {
			const id = Math.floor((i * parked) / signals);
			const start = performance.now();
			const wake = new Promise((resolve) => {
				woken = resolve;
			});
			await store.signals.send(`task/${id}`, { go: true });
			await wake;
			times.push(performance.now() - start);
			// The resumed execution ends before the next signal is sent.
			while ((await store.persistence.loadExecution(`x${id}`)).summary.status !== "done")
				await new Promise(setImmediate);
		}
		stop.abort();
		await listening;
		await store.close();
		times.sort((a, b) => a - b);
		return { p50: times[Math.floor(times.length * 0.5)], p99: times[Math.floor(times.length * 0.99)] };
	},
};

async function timed(steps, name) {
	const store = await open(name);
	const machine = new FlatMachine({ config: loop(steps), store, script });
	const start = performance.now();
	const result = await machine.run({}, { executionId: name });
	const microseconds = ((performance.now() - start) * 1000) / steps;
	checkOutput(result.output?.n, steps);
	await store?.close();
	return microseconds;
}

async function open(name) {
	return kind === "none" ? null : openStore(addressOf(name));
}

function addressOf(name) {
	const [scheme, query] = kind.split("?");
	if (scheme === "memory") return "memory:";
	const path = join(folder, scheme === "sqlite" ? `${name}.db` : name);
	return `${scheme}:${path}${query === undefined ? "" : `?${query}`}`;
}

/** Bytes that this process has handed to the system so far; Linux alone tells. */
function writtenBytes() {
	return Number(/^wchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

try {
	console.log(JSON.stringify(await measures[what]()));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
