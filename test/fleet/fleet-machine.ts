/** Machines for tests of fleets. */

/** A child with one agent call, which gives `{ got: n }`. */
export const childMachine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: child
  context: { n: input.n }
  agents:
    writer:
      spec: flatagent
      data: { name: writer, model: { provider: openai, name: gpt-5-mini }, user: "Number {{ input.n }}" }
  states:
    work:
      type: initial
      agent: writer
      input: { n: context.n }
      output_to_context: { text: output.content }
      transitions: [{ to: end }]
    end:
      type: final
      output: { got: context.n, text: context.text }
`;

/** A machine with a state of these keys, which gives what that state's output was as `all`. */
export function parentOf(state: string, { name = "parent", settings = "" } = {}): string {
	return `spec: flatmachine
spec_version: "4.2.1"
data:
  name: ${name}
  context: { items: input.items, all: null }
  machines: { child: ./child.yml }
${settings}
  states:
    go:
      type: initial
${state
	.trim()
	.split("\n")
	.map((line) => `      ${line.trim()}`)
	.join("\n")}
      output_to_context: { all: output }
      transitions: [{ to: end }]
    end:
      type: final
      output: { all: context.all }
`;
}

/** A foreach over `input.items`. */
export const eachMachine = parentOf(`
	foreach: context.items
	as: item
	machine: child
	input: { n: item }
`);
