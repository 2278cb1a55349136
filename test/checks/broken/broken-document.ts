/** What the tables of broken documents are made of: YAML, and the one diagnostic that it must give. */
import { expect, it } from "vitest";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { memoryLoader } from "../../../compiler/document/memory-loader.ts";
import { type Analysis, type AnalyzeOptions, analyze } from "../../../compiler/plan/analyze.ts";

export interface Broken {
	readonly name: string;
	/** The states and other keys of `data`, or a whole document if it begins with `spec:`. */
	readonly yaml: string;
	/** `CODE line:column`, counted in `yaml`. */
	readonly gives: string;
	/** Files beside it. */
	readonly files?: Readonly<Record<string, string>>;
	readonly options?: Partial<AnalyzeOptions>;
	/** Parts of the message, of the suggestion, or of related messages. */
	readonly says?: readonly string[];
	/** `yaml` after its fixes. */
	readonly mended?: string;
	/** Further codes that the mistake brings with it. */
	readonly also?: readonly string[];
}

/** The agents that most documents use. */
export const AGENTS: Readonly<Record<string, string>> = {
	"writer.yml": "spec: flatagent\ndata: { model: { name: m, provider: p }, user: u }\n",
	"judge.yml":
		"spec: flatagent\ndata:\n  model: { name: m, provider: p }\n  user: u\n" +
		"  output: { score: { type: int }, ok: { type: bool }, text: { type: str }, items: { type: list } }\n",
	"child.yml": "spec: flatmachine\ndata:\n  states:\n    done: { type: initial }\n",
};

const HEAD = 'spec: flatmachine\nspec_version: "4.2.1"\ndata:\n';
const HEAD_LINES = 3;
const INDENT = 2;

/** The whole document of a case. */
export function documentOf(yaml: string): string {
	if (yaml.startsWith("spec:") || yaml.startsWith("{")) return yaml;
	const indented = yaml.split("\n").map((line) => (line === "" ? line : `  ${line}`));
	return HEAD + indented.join("\n");
}

export function analyzeText(text: string, broken: Pick<Broken, "files" | "options">): Analysis {
	const files = { ...AGENTS, ...broken.files, "machine.yml": text };
	return analyze({ file: "machine.yml" }, { loader: memoryLoader(files), ...broken.options });
}

/** `CODE line:column`, counted as the case's own text counts. */
function shown(diagnostic: Diagnostic, yaml: string): string {
	const { code, range } = diagnostic;
	const whole = documentOf(yaml) === yaml;
	const line = (range?.line ?? 0) - (whole ? 0 : HEAD_LINES);
	return `${code} ${line}:${(range?.column ?? 0) - (whole ? 0 : INDENT)}`;
}

/** One test per case. */
export function testBroken(cases: readonly Broken[]): void {
	it.each(cases.map((one) => [one.name, one] as const))("reports %s", (_name, broken) => {
		const { diagnostics } = analyzeText(documentOf(broken.yaml), broken);
		const own = diagnostics.filter(({ file }) => file === "machine.yml");
		const wanted = own.find((one) => shown(one, broken.yaml) === broken.gives);
		expect(own.map((one) => `${shown(one, broken.yaml)} ${one.message}`)).toContain(
			`${broken.gives} ${wanted?.message ?? "(nothing)"}`,
		);
		const others = own.filter((one) => one !== wanted).map(({ code }) => code);
		expect([...new Set(others)].sort()).toEqual([...(broken.also ?? [])].sort());
		const words = [wanted?.message, wanted?.suggestion, ...(wanted?.related ?? []).map(({ message }) => message)].join(
			"\n",
		);
		for (const part of broken.says ?? []) expect(words).toContain(part);
	});
}
