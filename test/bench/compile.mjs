/** Child process of `run.mjs`: compile time by number of states, or the processor time of a cold start. */
const [, , what, count] = process.argv;

if (what === "start") {
	const { compileFile } = await import("../../dist/src/index.js");
	compileFile(new URL("../../examples/helloworld/config/machine.yml", import.meta.url).pathname);
	const { user, system } = process.cpuUsage();
	console.log(JSON.stringify({ milliseconds: (user + system) / 1000 }));
} else {
	const { compile } = await import("../../dist/src/index.js");
	const states = Number(count);
	const text = machineOf(states);
	compile(machineOf(50));
	const times = [];
	for (let round = 0; round < 5; round++) {
		const start = performance.now();
		compile(text);
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	console.log(JSON.stringify({ milliseconds: times[2] }));
}

function machineOf(states) {
	const names = Array.from({ length: states }, (_, index) => `s${index}`);
	const body = names.map((name, index) => {
		const next = names[index + 1] ?? "done";
		return `    ${name}:
${index === 0 ? "      type: initial\n" : ""}      transitions:
        - { condition: context.n >= ${index} and context.text != '', to: ${next} }
        - { condition: context.n < 0, to: done }
        - { to: ${next} }
`;
	});
	return `spec: flatmachine
spec_version: "4.2.1"
data:
  name: wide
  context: { n: 1, text: "{{ input.text }}" }
  states:
${body.join("")}    done: { type: final, output: { n: context.n } }
`;
}
