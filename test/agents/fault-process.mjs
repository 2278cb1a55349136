/** A process that asks a failing model so many times and then has nothing left to do; it must end by itself. */
import { FlatMachine } from "../../dist/src/index.js";

const [, , url, calls] = process.argv;
process.on("unhandledRejection", (reason) => {
	console.error(`unhandled: ${reason}`);
	process.exitCode = 3;
});
const machine = new FlatMachine({
	config: `
spec: flatmachine
spec_version: "4.2.1"
data:
  agents:
    asked: { spec: flatagent, data: { model: { provider: mock, name: small, base_url: "${url}", timeout: 0.5 }, user: hi } }
  states:
    ask: { type: initial, agent: asked, on_error: failed, transitions: [{ to: done }] }
    done: { type: final, output: { ended: done } }
    failed: { type: final, output: { ended: failed } }
`,
});
let failed = 0;
for (let call = 0; call < Number(calls); call += 1) {
	for (const stream of [false, true]) {
		const { output } = await machine.run({}, { stream });
		if (output.ended === "failed") failed += 1;
	}
}
console.log(failed);
