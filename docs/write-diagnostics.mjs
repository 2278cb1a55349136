/** Writes docs/diagnostics.md from the registry of diagnostics: `npm run build && node docs/write-diagnostics.mjs`. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const sections = [
	["FS1", "Documents", "YAML and JSON as such."],
	["FS2", "Schema", "Keys and values that a document of its kind does not have."],
	["FS30", "Files and profiles", "What a document references."],
	["FS31", "Names", "Agents, machines and hooks."],
	["FS4", "States and flow", "What the states do, and where they lead."],
	["FS5", "Templates and conditions", "What is written inside of values."],
	["FS6", "Versions and portability", "`FS61xx` are given with `--portable` only."],
];

/** The text of the page. */
export function diagnosticsPage(codes) {
	const parts = [
		"<!-- Written by docs/write-diagnostics.mjs from the registry in compiler/diagnostics; change it there. -->",
		"# Diagnostics",
		"What the compiler says about documents. An _error_ keeps a machine from being compiled, a _warning_ does not. `flatstate validate` prints them with file, line and column; in code they are " +
			"in `diagnostics` of what `compile` gives, and of the `CompileError` that it throws.",
		"Codes are stable: none is ever reused for something else. Each example shows the part of a machine's `data` that matters, or a whole document.",
	];
	const entries = Object.entries(codes);
	const left = new Set(entries.map(([code]) => code));
	for (const [prefix, title, text] of sections) {
		const own = entries.filter(([code]) => code.startsWith(prefix));
		for (const [code] of own) left.delete(code);
		parts.push(`## ${title}`, text, table(own), ...own.map(([code, entry]) => section(code, entry)));
	}
	if (left.size > 0) throw new Error(`docs/write-diagnostics.mjs has no section for ${[...left].join(", ")}`);
	return `${parts.join("\n\n")}\n`;
}

function table(entries) {
	const head = ["Code", "Severity", "Problem"];
	const rows = entries.map(([code, { severity, title }]) => [`[${code}](#${code.toLowerCase()})`, severity, title]);
	const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
	const rule = widths.map((width) => "-".repeat(width));
	return [head, rule, ...rows]
		.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`)
		.join("\n");
}

function section(code, { severity, title, example, cure }) {
	const isWords = example.startsWith("(");
	// A formatter would mend the first ones, if it took them for YAML.
	const language = code.startsWith("FS1") ? "text" : "yaml broken";
	const shown = isWords ? `Example: ${example.slice(1, -1)}.` : `\`\`\`${language}\n${example}\n\`\`\``;
	return `### ${code}\n\n**${title}** (${severity}). ${cure}\n\n${shown}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { diagnosticCodes } = await import("../dist/compiler/index.js");
	writeFileSync(new URL("diagnostics.md", import.meta.url), diagnosticsPage(diagnosticCodes));
}
