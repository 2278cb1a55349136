/** Child process of `telemetry.mjs`: one case of one build under one kind of telemetry; prints microseconds of processor time per step. */
import { pathToFileURL } from "node:url";
import { checkOutput } from "./check-output.mjs";

const [, , dist, mode, name] = process.argv;
const { FlatMachine } = await import(pathToFileURL(dist).href);
if (mode === "recorded") {
	const { trace, metrics } = await import("@opentelemetry/api");
	const { TracerProvider } = await import("@opentelemetry/sdk-trace");
	const { MeterProvider } = await import("@opentelemetry/sdk-metrics");
	trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [] }));
	metrics.setGlobalMeterProvider(new MeterProvider());
}
const steps = name === "pure" ? 5000 : 1000;
const agent = "{ spec: flatagent, data: { name: counter, model: { provider: openai, name: none }, user: u } }";
const child = `{ spec: flatmachine, data: { name: child, context: { item: input.item }, states: { work: { type: initial, transitions: [{ to: end }] }, end: { type: final, output: { item: context.item } } } } }`;
const states = {
	pure: `
    a: { type: initial, transitions: [{ condition: context.n == context.max, to: done }, { to: b }] }
    b: { transitions: [{ condition: context.n == context.max, to: done }, { to: a }] }`,
	hook: `
    a: { type: initial, action: add, hooks: adder, transitions: [{ condition: context.n >= context.max, to: done }, { to: a }] }`,
	agent: `
    a: { type: initial, agent: counter, input: { n: context.n }, output_to_context: { n: output.n }, transitions: [{ condition: context.n >= context.max, to: done }, { to: a }] }`,
	foreach: `
    a: { type: initial, foreach: context.items, as: item, machine: child, input: { item: item }, output_to_context: { n: "{{ output | length }}" }, transitions: [{ to: done }] }`,
};
const machine = new FlatMachine({
	config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: bench
  context: { n: 0, max: input.max, items: input.items }
  agents: { counter: ${agent} }
  machines: { child: ${child} }
  states:${states[name]}
    done: { type: final, output: { n: context.n } }
`,
	hooks: { adder: { onAction: (_action, context) => ({ ...context, n: context.n + 1 }) } },
	agents: [{ typeName: "flatagent", createExecutor: () => ({ execute: ({ input }) => ({ n: input.n + 1 }) }) }],
	...(mode === "off" && { telemetry: false }),
});

async function run() {
	const items = name === "foreach" ? Array.from({ length: steps }, (_, index) => index) : [];
	const result = await machine.run({ max: steps, items }, { maxSteps: name === "pure" ? steps : steps + 10 });
	checkOutput(name === "pure" ? result.steps : Number(result.output?.n), steps);
}

for (let warm = 0; warm < 4; warm++) await run();
const times = [];
for (let round = 0; round < 15; round++) {
	globalThis.gc?.();
	const before = process.cpuUsage();
	await run();
	const { user, system } = process.cpuUsage(before);
	times.push((user + system) / steps);
}
times.sort((a, b) => a - b);
console.log(times[Math.floor(times.length / 2)]);
process.exit(0);
