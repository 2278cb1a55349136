/**
 * `npm run bench:limits`: a foreach of 1,000 agents, 50 at once, against the embedded model server limited to 100 requests
 * per second. Fails where a call fails, the time is more than 1.3 times the ideal, or memory grows with the calls.
 */
import { FlatMachine } from "../../dist/src/index.js";
import { startMockModel } from "../../dist/src/testing.js";

const calls = 1000;
const rate = 100;
const longest = 1.3;
const mostMegabytes = 60;

const model = await startMockModel({
	script: { "*": { content: "You said: {{ last_user }}" } },
	limit: { requests: rate, seconds: 1 },
});
const machine = new FlatMachine({
	config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { answers: [] }
  machines:
    ask:
      spec: flatmachine
      spec_version: "4.2.1"
      data:
        context: { answer: null }
        agents:
          asked:
            spec: flatagent
            data: { model: { provider: mock, name: small, base_url: "${model.url}" }, user: "{{ input.item }}" }
        states:
          ask:
            type: initial
            agent: asked
            input: { item: input.item }
            execution: { type: retry, backoffs: [1, 1, 2], jitter: 0 }
            output_to_context: { answer: output.content }
            transitions: [{ to: done }]
          done: { type: final, output: { answer: context.answer } }
  states:
    all:
      type: initial
      foreach: input.items
      machine: ask
      input: { item: item }
      max_concurrency: 50
      output_to_context: { answers: output }
      transitions: [{ to: done }]
    done: { type: final, output: { answers: context.answers } }
`,
});

await machine.run({ items: ["first"] });
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
let peak = before;
const sampler = setInterval(() => {
	globalThis.gc?.();
	peak = Math.max(peak, process.memoryUsage().heapUsed);
}, 2000);
const begin = performance.now();
const result = await machine.run({ items: Array.from({ length: calls }, (_, index) => `item ${index}`) });
const seconds = (performance.now() - begin) / 1000;
clearInterval(sampler);
await model.close();

const answers = result.status === "done" ? result.output.answers : [];
const wrong = answers.filter(({ answer }, index) => answer !== `You said: item ${index}`).length;
const ideal = calls / rate;
const megabytes = (peak - before) / 1024 / 1024;
const refused = model.requests.length - calls - 1;
console.log(
	`${answers.length} of ${calls} answered, ${wrong} wrong, ${refused} requests refused, ` +
		`${seconds.toFixed(2)} s (${(seconds / ideal).toFixed(2)} of ideal), ${megabytes.toFixed(1)} MB more at most`,
);
if (answers.length !== calls || wrong > 0 || seconds > ideal * longest || megabytes > mostMegabytes)
	process.exitCode = 1;
