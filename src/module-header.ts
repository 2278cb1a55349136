/** The comment at the top of a module that a machine was printed as. */
import type { JsonMachineConfig } from "../compiler/xstate/lower.ts";

/** Whatever ends a comment. */
const lineEnds = /[\n\r\u2028\u2029]/g;

/**
 * Says what was compiled, and how, then the lines.
 * @param format as `flatstate compile --format` has it
 */
export function moduleHeader({ id, meta }: JsonMachineConfig, format: string, lines: readonly string[]): string {
	const file = meta.file ?? "";
	const source = /^[^<\n]+$/.test(file) ? `, made from ${fileName(file)}` : "";
	const all = [
		`The flatmachine ${JSON.stringify(id)}${source} by \`flatstate compile --format ${format}\`.`,
		"To change the machine, edit its YAML and compile it again.",
		"",
		...lines,
	];
	return `${all.map((line) => `// ${line.replace(lineEnds, " ")}`.trimEnd()).join("\n")}\n`;
}

function fileName(path: string): string {
	return path.split(/[\\/]/).at(-1) ?? path;
}
