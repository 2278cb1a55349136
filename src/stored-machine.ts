/** The machine that an execution goes on with: the one it was started with, or the one at hand where it is the same or fits. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { kindOfWork, whatDoesNotFit } from "../compiler/bundle/fits.ts";
import { readBundle } from "../compiler/bundle/read-bundle.ts";
import { type LoadedExecution, loadExecution } from "../runtime/checkpoint/load-execution.ts";
import { SnapshotMismatchError } from "../runtime/checkpoint/xstate-snapshot.ts";
import { FlatstateError } from "../runtime/errors.ts";
import { silentLogger } from "../runtime/logging/logger.ts";
import type { CompiledSet } from "../runtime/machine/compiled-set.ts";
import { configHash } from "../runtime/store/config-store.ts";
import { UnknownExecutionError } from "../runtime/store/errors.ts";
import type { Store } from "../runtime/store/store.ts";
import { type Compiled, CompileError, type CompileOptions, compileFile } from "./compile.ts";
import { compileBundle } from "./compile-bundle.ts";
import { placeIn } from "./machine-place.ts";

/** The configuration that an execution was started with is not in the store. */
export class ConfigMissingError extends FlatstateError {
	constructor(executionId: string, hash: string | null) {
		super(
			"config_missing",
			hash === null
				? `Execution ${executionId} has no stored configuration. Resume it with the machine's file: --machine FILE on the command line.`
				: `The configuration ${hash} that execution ${executionId} was started with is not in the store. Resume it with the machine's file: --machine FILE on the command line, and --use-current where the file has changed since.`,
		);
	}
}

/** A machine among those that were compiled together. */
export interface ChosenMachine {
	readonly set: CompiledSet;
	readonly planId: string;
	/** The `config_hash` of the checkpoint that it was chosen for. */
	readonly chosenFor: string | null;
}

export interface MachineChoice {
	/** Go on with the machine at hand where it has changed since the start. */
	readonly useCurrent?: boolean;
	/** Only replay: the machine at hand need not fit. */
	readonly replays?: boolean;
}

/** Configurations that stay compiled: a dispatcher resumes many executions of few machines. */
const mostCompiled = 50;

/** Finds the machines of a store's executions. */
export class StoredMachines {
	readonly #store: Store;
	readonly #options: CompileOptions;
	readonly #folder: string | undefined;
	readonly #compiled = new Map<string, Pick<Compiled, "set" | "plan">>();

	/**
	 * @param options for the machines that are compiled from the store
	 * @param folder where modules of code, and files with keys, are looked for where a machine's file is not where it was
	 */
	constructor(store: Store, options: CompileOptions, folder?: string) {
		this.#store = store;
		this.#options = options;
		this.#folder = folder;
	}

	/**
	 * The machine to resume an execution with.
	 * @param current the machine at hand, if there is one
	 * @throws UnknownExecutionError, ConfigMissingError, SnapshotMismatchError where the current one does not fit, CompileError
	 */
	async machineOf(
		executionId: string,
		current?: Compiled,
		{ useCurrent = false, replays = false }: MachineChoice = {},
	): Promise<ChosenMachine> {
		const { persistence, name } = this.#store;
		// Whoever goes on with the execution loads it again, and then is told what is wrong with it.
		const loaded = await loadExecution(persistence, executionId, silentLogger, false);
		if (!loaded) throw new UnknownExecutionError(executionId, name);
		const { config_hash: hash } = loaded.snapshot;
		if (!current) return this.#stored(loaded);
		const chosen = chooseFrom(current, loaded);
		if (replays || hash === null || hash === hashOf(chosen)) return chosen;
		if (!useCurrent) return this.#stored(loaded);
		await this.#requireFit(chosen, loaded);
		return chosen;
	}

	#stored({ snapshot, origin }: LoadedExecution): Promise<ChosenMachine> {
		const { config_hash: hash, execution_id: id } = snapshot;
		if (hash === null) throw new ConfigMissingError(id, hash);
		return this.storedMachine(hash, origin?.file ?? null, id);
	}

	/**
	 * The machine of a stored configuration.
	 * @param where it was compiled: the folder of its modules, and the keys that are not stored
	 * @param executionId for messages
	 * @throws ConfigMissingError, CompileError
	 */
	async storedMachine(hash: string, where: string | null, executionId: string): Promise<ChosenMachine> {
		const known = this.#compiled.get(hash);
		if (known) return { set: known.set, planId: known.plan.id, chosenFor: hash };
		const text = await this.#store.configs.get(hash);
		if (text === null) throw new ConfigMissingError(executionId, hash);
		const { loader: _, profilesFile: __, ...rest } = this.#options;
		const file = this.#placeOf(where);
		const hasKeys = readBundle(text)?.leavesOutKeys === true;
		const same = hasKeys && file !== undefined ? this.#fromFile(file, hash) : undefined;
		if (hasKeys && !same) this.#tellOfKeys(executionId);
		const compiled = same ?? compileBundle(text, { ...rest, ...(file !== undefined && { dir: dirname(file) }) });
		if (this.#compiled.size >= mostCompiled) this.#compiled.clear();
		this.#compiled.set(hash, compiled);
		return { set: compiled.set, planId: compiled.plan.id, chosenFor: hash };
	}

	#placeOf(where: string | null): string | undefined {
		const folder = this.#folder;
		if (folder === undefined || (where !== null && existsSync(where))) return where ?? undefined;
		return placeIn(folder, where);
	}

	/** The machine from the file that it was started from, which has the keys, where nothing else in it has changed. */
	#fromFile(file: string, hash: string): Pick<Compiled, "set" | "plan"> | undefined {
		try {
			const { set } = compileFile(file, this.#options);
			const plan = [...set.plans.values()].find(({ id }) => hashOf({ set, planId: id }) === hash);
			return plan && { set, plan };
		} catch (error) {
			if (error instanceof CompileError || error instanceof FlatstateError) return undefined;
			throw error;
		}
	}

	#tellOfKeys(executionId: string): void {
		this.#options.logger?.warn(
			"Keys that stood in the machine's files (`api_key`, headers, addresses) are not stored: keys are taken from the environment. To use those of the files, resume with --machine FILE.",
			{ execution_id: executionId },
		);
	}

	/** @throws SnapshotMismatchError that says what does not fit */
	async #requireFit({ set, planId }: ChosenMachine, loaded: LoadedExecution): Promise<void> {
		const { snapshot } = loaded;
		const { current_state: state, event, execution_id: id } = snapshot;
		if (event === "machine_end" || event === "machine_start") return;
		const kind = await this.#kindBefore(loaded);
		const machines = (snapshot.pending_launches ?? []).map(({ machine }) => machine);
		const standing = { state, machines, ...(kind && { kind }) };
		const problems = whatDoesNotFit(set.plan(planId), standing, set.injectedHooks(planId));
		if (problems.length === 0) return;
		throw new SnapshotMismatchError(`Execution ${id} cannot go on with the changed machine. ${problems.join(" ")}`);
	}

	/** What the state was in the machine as it was; undefined where that cannot be had any more. */
	async #kindBefore(loaded: LoadedExecution): Promise<ReturnType<typeof kindOfWork>> {
		try {
			const { set, planId } = await this.#stored(loaded);
			return kindOfWork(set.plan(planId), loaded.snapshot.current_state, set.injectedHooks(planId));
		} catch (error) {
			if (error instanceof FlatstateError) return undefined;
			throw error;
		}
	}
}

/** The machine at hand, or the one among those that it references that the execution is of. */
function chooseFrom({ set }: Pick<Compiled, "set">, { origin, snapshot }: LoadedExecution): ChosenMachine {
	const planId = (origin && set.planOf(origin.machine)) ?? set.entry;
	return { set, planId, chosenFor: snapshot.config_hash };
}

function hashOf({ set, planId }: Pick<ChosenMachine, "set" | "planId">): string | null {
	const text = set.configText(planId);
	return text === undefined ? null : configHash(text);
}
