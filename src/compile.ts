/** `compile`, `compileFile`, `validate`, `validateFile`: from a flatmachine document to an XState machine. */
import { fileLoader } from "../adapters/files/file-loader.ts";
import { Configurations } from "../compiler/bundle/configurations.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { formatDiagnostic } from "../compiler/diagnostics/format.ts";
import type { Loader } from "../compiler/document/loader.ts";
import { type Analysis, type AnalyzeSource, analyze } from "../compiler/plan/analyze.ts";
import type { MachinePlan } from "../compiler/plan/plan.ts";
import type { FlatStateMachine, MachineImplementations } from "../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../compiler/xstate/lower.ts";
import { FlatstateError } from "../runtime/errors.ts";
import { CompiledSet } from "../runtime/machine/compiled-set.ts";
import { createServices, type ServiceOptions } from "./services.ts";

export interface SourceOptions {
	/** Where files are read from; default: the file system. */
	readonly loader?: Loader;
	/** A profiles catalog that wins over every `profiles.yml`. */
	readonly profilesFile?: string;
	/** For text and objects: the folder that relative references start from; default: the working directory. */
	readonly dir?: string;
	/**
	 * Whether references that leave the document's folder are refused.
	 * Default: true for text and objects, which may come from anywhere, false for files.
	 */
	readonly confine?: boolean;
	/** Names that the machine's hooks may have; others are errors. Default: any, as hooks may be registered later. */
	readonly knownHooks?: ReadonlySet<string>;
	/** Also warn of what would not run the same on other flatmachine runtimes. */
	readonly portable?: boolean;
}

export interface CompileOptions extends SourceOptions, ServiceOptions {}

/** A compiled machine. */
export interface Compiled {
	/** Runs under `createActor(machine, { input })`, or as a child in another XState app. */
	readonly machine: FlatStateMachine;
	/** Plain JSON: `createMachine(config).provide(implementations)` is the same machine. */
	readonly config: JsonMachineConfig;
	readonly implementations: MachineImplementations;
	readonly plan: MachinePlan;
	/** Plans of this machine and of all that it references, by id. */
	readonly plans: ReadonlyMap<string, MachinePlan>;
	/** Warnings: with an error there is no machine. */
	readonly diagnostics: readonly Diagnostic[];
	/** For running it with our runtime; see `FlatMachine`. */
	readonly set: CompiledSet;
}

/** A message goes into logs; `diagnostics` has them all. */
const maxErrorsInMessage = 100;

/** A document that does not compile. `diagnostics` has every problem of every file. */
export class CompileError extends FlatstateError {
	readonly diagnostics: readonly Diagnostic[];

	constructor(diagnostics: readonly Diagnostic[]) {
		const errors = diagnostics.filter(({ severity }) => severity === "error");
		const texts = errors
			.slice(0, maxErrorsInMessage)
			.map((diagnostic) => formatDiagnostic(diagnostic, { color: false }));
		const more = errors.length - texts.length;
		if (more > 0) texts.push(`… and ${more} more errors, see \`diagnostics\`.`);
		super("compile_error", texts.join("\n\n") || "The document is no flatmachine.");
		this.diagnostics = diagnostics;
	}
}

/**
 * Compiles a document that is given as YAML or JSON text, or as an object.
 * @throws CompileError
 */
export function compile(source: string | Readonly<Record<string, unknown>>, options: CompileOptions = {}): Compiled {
	return compileSource(inlineSource(source, options), { confine: true, ...options });
}

/**
 * Compiles a YAML or JSON file with all that it references.
 * @throws CompileError
 */
export function compileFile(file: string, options: CompileOptions = {}): Compiled {
	return compileSource({ file }, options);
}

/** All problems of a document given as text or object, and of what it references; empty = valid. */
export function validate(
	source: string | Readonly<Record<string, unknown>>,
	options: SourceOptions = {},
): readonly Diagnostic[] {
	return analyzeSource(inlineSource(source, options), { confine: true, ...options }).diagnostics;
}

/** All problems of a file (machine, agent, prompt or profiles) and of what it references; empty = valid. */
export function validateFile(file: string, options: SourceOptions = {}): readonly Diagnostic[] {
	return analyzeSource({ file }, options).diagnostics;
}

function inlineSource(
	source: string | Readonly<Record<string, unknown>>,
	{ dir = process.cwd() }: SourceOptions,
): AnalyzeSource {
	return typeof source === "string" ? { text: source, dir } : { config: source, dir };
}

/** The whole analysis, for tools that want plans and documents beside diagnostics. */
export function analyzeSource(source: AnalyzeSource, options: SourceOptions): Analysis {
	const { loader = fileLoader(), profilesFile, confine, knownHooks, portable } = options;
	return analyze(source, {
		loader,
		...(profilesFile !== undefined && { profilesFile }),
		...(confine !== undefined && { confine }),
		...(knownHooks && { knownHooks }),
		...(portable !== undefined && { portable }),
	});
}

function compileSource(source: AnalyzeSource, options: CompileOptions): Compiled {
	const { loader = fileLoader() } = options;
	const { entry, plans, origins, documents, diagnostics } = analyzeSource(source, { ...options, loader });
	if (entry === null || diagnostics.some(({ severity }) => severity === "error")) throw new CompileError(diagnostics);
	const configurations = new Configurations({ plans, origins, documents }, entry);
	const set = new CompiledSet(plans, entry, createServices(options), { configurations, loader });
	return { ...set.built(entry), plan: set.plan(entry), plans, diagnostics, set };
}
