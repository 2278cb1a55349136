/** Analyzes files that a test writes down. */

import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { type Analysis, type AnalyzeOptions, analyze } from "../../compiler/plan/analyze.ts";
import type { MachinePlan, StatePlan } from "../../compiler/plan/plan.ts";

/** Analyzes `machine.yml` among the files. */
export function analyzeFiles(files: Readonly<Record<string, string>>, options: Partial<AnalyzeOptions> = {}): Analysis {
	return analyze({ file: "machine.yml" }, { loader: memoryLoader(files), ...options });
}

/** The document of a machine whose `data` is given, indented by two. */
export function machine(data: string, version = "4.2.1"): string {
	return `spec: flatmachine\nspec_version: "${version}"\ndata:\n${data}`;
}

/** The plan of an analysis's entry. */
export function entryPlan(analysis: Analysis): MachinePlan {
	const plan = analysis.plans.get(analysis.entry ?? "");
	if (!plan) throw new Error(`no plan: ${analysis.diagnostics.map(({ message }) => message).join("; ")}`);
	return plan;
}

/** The plan of a machine without other files. */
export function planOf(data: string, version?: string): MachinePlan {
	return entryPlan(analyzeFiles({ "machine.yml": machine(data, version) }));
}

/** The first state of a machine that has the given keys in a state `s`, indented by six. */
export function stateOf(keys: string): StatePlan {
	const [state] = planOf(`  states:\n    s:\n${keys}`).states;
	if (!state) throw new Error("no state");
	return state;
}

/** `CODE line:column` of the diagnostics of the given codes, or of all errors. */
export function found(analysis: Analysis, codes?: readonly string[]): string[] {
	return analysis.diagnostics
		.filter(({ code, severity }) => (codes ? codes.includes(code) : severity === "error"))
		.map(({ code, file, range }) => `${code} ${file}:${range?.line}:${range?.column}`);
}
