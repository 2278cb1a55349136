/** `FlatMachine`: a compiled machine under our runtime, the class that most users meet first. */
import { type Actor, createActor, type InspectionEvent, type Observer } from "xstate";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { MachinePlan } from "../compiler/plan/plan.ts";
import type { FlatStateMachine } from "../compiler/xstate/build.ts";
import type { JsonMachineConfig } from "../compiler/xstate/lower.ts";
import { withStartOptions } from "../compiler/xstate/machine-context.ts";
import type { CompiledSet } from "../runtime/machine/compiled-set.ts";
import { type RunOptions, type RunResult, runMachine } from "../runtime/machine/run-machine.ts";
import { type Compiled, type CompileOptions, compile, compileFile } from "./compile.ts";

/** Where the machine comes from: a file, or its text or object. */
export type MachineSource = { readonly file: string } | { readonly config: string | Readonly<Record<string, unknown>> };

export type FlatMachineOptions = MachineSource & CompileOptions;

type Input = Readonly<Record<string, unknown>>;

/**
 * A flatmachine, compiled and ready to run.
 *
 * ```ts
 * const machine = new FlatMachine({ file: "machine.yml", hooks });
 * const output = await machine.execute({ product: "a kettle" });
 * ```
 */
export class FlatMachine {
	readonly #compiled: Compiled;

	/** @throws CompileError with every problem of every file */
	constructor(options: FlatMachineOptions) {
		this.#compiled = "file" in options ? compileFile(options.file, options) : compile(options.config, options);
	}

	get plan(): MachinePlan {
		return this.#compiled.plan;
	}

	/** The XState machine, for `createActor`, `provide`, or as a child of another machine. */
	get machine(): FlatStateMachine {
		return this.#compiled.machine;
	}

	get config(): JsonMachineConfig {
		return this.#compiled.config;
	}

	/** Warnings of the compilation. */
	get diagnostics(): readonly Diagnostic[] {
		return this.#compiled.diagnostics;
	}

	get set(): CompiledSet {
		return this.#compiled.set;
	}

	/**
	 * Runs to the end and gives the output; `{}` where a limit stopped the run (decisions: Running).
	 * A run that can only wait for a signal gives `{ _waiting: true, _channel }`, as the reference does (spec section 11.1);
	 * `run()` tells the two apart for certain.
	 * @throws what failed the run and no `on_error` routed; an AbortError where `signal` aborted it
	 */
	async execute(input: Input = {}, options: RunOptions = {}): Promise<unknown> {
		const result = await this.run(input, options);
		switch (result.status) {
			case "done":
				return result.output;
			case "failed":
				throw result.error;
			case "waiting":
				return { _waiting: true, _channel: result.channel };
			case "stopped":
				if (result.reason === "aborted") throw result.error ?? new DOMException("The run was aborted.", "AbortError");
				return result.output;
		}
	}

	/** Runs and says how it ended: `done`, `failed`, `stopped` at a limit, or `waiting` for a signal. Never rejects. */
	run(input: Input = {}, options: RunOptions = {}): Promise<RunResult> {
		const { set, plan } = this.#compiled;
		return runMachine(set, plan.id, input, options);
	}

	/** An XState actor of this machine, not started. Wake a waiting state with `actor.send({ type: "signal.<channel>", data })`. */
	actor(
		input: Input = {},
		options: Pick<RunOptions, "executionId"> & {
			readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void);
		} = {},
	): Actor<FlatStateMachine> {
		const { executionId, inspect } = options;
		return createActor(this.machine, {
			input: withStartOptions(input, executionId === undefined ? {} : { executionId }),
			...(inspect && { inspect }),
		});
	}
}
