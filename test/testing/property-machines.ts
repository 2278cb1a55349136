/** Machines for the property tests: each small, each with something to find. */
import { type Compiled, compile } from "../../src/compile.ts";
import { documentOf } from "../runtime/flat.ts";

/** Compiles the YAML text of `data`, with metadata at will. */
export function machine(data: string, metadata = ""): Compiled {
	return compile(`${documentOf(data)}${metadata === "" ? "" : `\nmetadata:\n${metadata.replaceAll(/^/gm, "  ")}`}`);
}

/** Agents by name with the fields of their output; none: they answer with a text. */
export function agents(outputs: Readonly<Record<string, string>>): string {
	const lines = Object.entries(outputs).map(([name, output]) => {
		const fields = output === "" ? "" : `, output: { ${output} }`;
		return `  ${name}: { spec: flatagent, data: { name: ${name}, model: { provider: p, name: m }, user: hi${fields} } }`;
	});
	return `agents:\n${lines.join("\n")}\n`;
}

/** A review with a bug: what the judge approves is published, whatever its score. */
export const review = `${agents({ writer: "", judge: "score: { type: int }, approved: { type: bool }" })}
context: { topic: input.topic, draft: null, score: 0, approved: false }
states:
  write:
    type: initial
    agent: writer
    input: { topic: context.topic }
    output_to_context: { draft: output.content }
    transitions: [{ to: judge }]
  judge:
    agent: judge
    input: { draft: context.draft }
    output_to_context: { score: output.score, approved: output.approved }
    transitions:
      - { condition: context.approved, to: publish }
      - { condition: context.score >= 8, to: publish }
      - { to: write }
    on_error: write
  publish: { type: final, output: { draft: context.draft, score: context.score } }`;
