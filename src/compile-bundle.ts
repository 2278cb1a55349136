/** `compileBundle`: a machine from its stored configuration alone, where its files are not. */
import { resolve } from "node:path";
import { type Bundle, BundleError } from "../compiler/bundle/bundle.ts";
import { bundleLoader } from "../compiler/bundle/bundle-loader.ts";
import { Configurations } from "../compiler/bundle/configurations.ts";
import { codeOutside, mountPlan } from "../compiler/bundle/mount.ts";
import { readBundle } from "../compiler/bundle/read-bundle.ts";
import { inlineFile } from "../compiler/document/document.ts";
import { memoryLoader } from "../compiler/document/memory-loader.ts";
import { analyze } from "../compiler/plan/analyze.ts";
import { CompiledSet } from "../runtime/machine/compiled-set.ts";
import { type Compiled, CompileError, type CompileOptions } from "./compile.ts";
import { createServices } from "./services.ts";

/** As for `compile`; the bundle itself has the files and the profiles. */
export interface CompileBundleOptions extends Omit<CompileOptions, "loader" | "profilesFile"> {
	/** Folder of the entry, for the modules of code that the machine names; default: the working directory. */
	readonly dir?: string;
	/** Whether modules of code outside of `dir` are refused; default true, since a stored text may come from anywhere. */
	readonly confine?: boolean;
}

/**
 * Compiles what `CompiledSet.configText` gave. No file is read: what the bundle does not hold is missing. Ids of plans,
 * and the files that diagnostics name, are portable: relative to the entry's folder, the same in every process.
 * A machine document of another program, YAML or JSON, is compiled by itself, as `<inline>`.
 * @throws BundleError for a damaged bundle, or one that names code outside of `dir`
 * @throws CompileError
 */
export function compileBundle(text: string, options: CompileBundleOptions = {}): Compiled {
	const bundle = readBundle(text) ?? plainDocument(text);
	const { entry, planId, base, catalogs } = bundle;
	const { dir = process.cwd(), confine = true, knownHooks, portable } = options;
	const analysis = analyze(
		{ file: entry },
		{
			loader: bundleLoader(bundle),
			stored: {
				start: { id: planId, base },
				catalogs: new Map(catalogs.flatMap(({ machines, source }) => machines.map((id) => [id, source] as const))),
			},
			...(knownHooks && { knownHooks }),
			...(portable !== undefined && { portable }),
		},
	);
	const { diagnostics, origins, documents } = analysis;
	if (analysis.entry === null || diagnostics.some(({ severity }) => severity === "error")) {
		throw new CompileError(diagnostics);
	}
	if (confine) refuseCodeOutside(analysis.plans.values());
	const folderOf = (folder: string): string => resolve(dir, folder);
	const plans = new Map([...analysis.plans].map(([id, plan]) => [id, mountPlan(plan, folderOf)] as const));
	const set = new CompiledSet(plans, planId, createServices(options), {
		configurations: new Configurations({ plans: analysis.plans, origins, documents }, planId),
		loader: memoryLoader({}),
	});
	return { ...set.built(planId), plan: set.plan(planId), plans, diagnostics, set };
}

function plainDocument(text: string): Bundle {
	return {
		entry: inlineFile,
		planId: inlineFile,
		base: [],
		files: new Map([[inlineFile, text]]),
		modules: new Set(),
		links: new Map(),
		catalogs: [],
		leavesOutKeys: false,
		document: {},
	};
}

function refuseCodeOutside(plans: Parameters<typeof codeOutside>[0]): void {
	const outside = codeOutside(plans);
	if (outside.length === 0) return;
	const list = outside.slice(0, 10).join(", ");
	const message = `The stored configuration names code outside of its folder: ${list}. Pass \`confine: false\` if it may be run.`;
	throw new BundleError("bundle_code", message);
}
