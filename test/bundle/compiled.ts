/** Machines of files that a test writes down, and their bundles. */

import type { Bundle } from "../../compiler/bundle/bundle.ts";
import { readBundle } from "../../compiler/bundle/read-bundle.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { type Compiled, type CompileOptions, compileFile } from "../../src/compile.ts";

export type Files = Readonly<Record<string, string>>;

/** Compiles `machine.yml`, or `entry`, among the files. */
export function compiled(files: Files, options: CompileOptions = {}, entry = "machine.yml"): Compiled {
	return compileFile(entry, { loader: memoryLoader(files), ...options });
}

/** The stored configuration of a machine; default: of the one that was compiled. */
export function textOf({ set, plan }: Pick<Compiled, "set" | "plan">, planId = plan.id): string {
	const text = set.configText(planId);
	if (text === undefined) throw new Error(`no configuration of ${planId}`);
	return text;
}

/** The bundle of a machine, read. */
export function bundleOf(machines: Pick<Compiled, "set" | "plan">, planId?: string): Bundle {
	const bundle = readBundle(textOf(machines, planId));
	if (!bundle) throw new Error("no bundle");
	return bundle;
}

export const done = "states: { done: { type: final } }";

/** A machine whose states call `agent`, in YAML's flow style. */
export function machineText(data: string): string {
	return `spec: flatmachine\nspec_version: "4.2.1"\ndata:\n  ${data.replaceAll("\n", "\n  ")}\n`;
}

export function agentText(user: string, model = "{ provider: p, name: m }"): string {
	return `spec: flatagent\nspec_version: "4.2.1"\ndata: { name: a, model: ${model}, user: ${user} }\n`;
}

export function catalogText(name: string): string {
	return `spec: flatprofile\nspec_version: "4.2.1"\ndata: { model_profiles: { fast: { provider: p, name: ${name} } } }\n`;
}
