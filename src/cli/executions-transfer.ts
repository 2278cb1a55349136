/** `flatstate executions export` and `import`: a checkpoint as a file of the specification's MachineSnapshot. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { printable } from "../../compiler/diagnostics/printable.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { checkExecutionId, checkpointKey, latestKey } from "../../runtime/checkpoint/checkpoint-key.ts";
import {
	CorruptCheckpointError,
	type MachineSnapshot,
	parseSnapshot,
} from "../../runtime/checkpoint/machine-snapshot.ts";
import { isoMicroseconds } from "../../runtime/checkpoint/time-text.ts";
import type { Store } from "../../runtime/store/store.ts";
import { oneLine } from "./columns.ts";
import {
	orEarlierStep,
	requireCheckpoint,
	requireCheckpointKey,
	requireExecution,
	type StoreCommandOptions,
	whileHeld,
	withStore,
} from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { orUsageError } from "./or-usage-error.ts";
import { writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";
import { writeFileAtomically } from "./write-file.ts";

export interface ExportCommandOptions extends StoreCommandOptions {
	/** A file; default: stdout. */
	readonly output?: string;
	/** The step whose last checkpoint is written. */
	readonly at?: number;
}

/**
 * Writes a checkpoint's MachineSnapshot as it is stored.
 * @throws UsageError for an unknown id or step, a checkpoint that cannot be read, a file that cannot be written
 */
export function exportCommand(executionId: string, options: ExportCommandOptions): Promise<ExitCode> {
	return withStore(options, async (store) => {
		const { persistence } = store;
		const stored = await requireExecution(store, executionId);
		const key = await requireCheckpointKey(persistence, executionId, stored.latestKey, options.at);
		const { text } = await orEarlierStep(() => requireCheckpoint(persistence, key));
		const { output } = options;
		if (output === undefined) {
			await writeTo(process.stdout, `${printable(text.trimEnd())}\n`);
			return exitCodes.done;
		}
		await orUsageError(`Cannot write ${output}`, () => writeFileAtomically(output, `${text.trimEnd()}\n`));
		await writeTo(process.stderr, `Wrote ${output}\n`);
		return exitCodes.done;
	});
}

export interface ImportCommandOptions extends StoreCommandOptions {
	/** The execution's id, in place of the snapshot's. */
	readonly id?: string;
	/** Replaces an execution that has this id. */
	readonly force?: boolean;
}

/**
 * Stores a MachineSnapshot as an execution's latest checkpoint; the id is the one line on stdout.
 * @param file `-` for stdin
 * @throws UsageError for a file that is no snapshot, and an id that is taken; ExecutionLockedError
 */
export async function importCommand(file: string, options: ImportCommandOptions): Promise<ExitCode> {
	const snapshot = withId(await readSnapshotFile(file), options.id);
	return withStore(
		options,
		async (store) => {
			const id = snapshot.execution_id;
			checkExecutionId(id);
			await whileHeld(store, id, () => storeSnapshot(store, snapshot, options.force === true));
			await writeTo(process.stdout, `${oneLine(id)}\n`);
			return exitCodes.done;
		},
		{ create: true },
	);
}

async function storeSnapshot({ persistence, name }: Store, snapshot: MachineSnapshot, force: boolean): Promise<void> {
	const { execution_id: id, step, event } = snapshot;
	if ((await persistence.loadExecution(id)) !== null) {
		if (!force) {
			throw new UsageError(
				`There is an execution ${id} in ${name} already. Give the new one another id with --id, or replace it with --force.`,
			);
		}
		// Finished steps of the execution that was there must not answer for this one.
		await persistence.deleteExecution(id);
	}
	const key = checkpointKey(id, step, event);
	await persistence.save(key, Buffer.from(JSON.stringify(snapshot)));
	await persistence.save(latestKey(id), Buffer.from(key));
}

async function readSnapshotFile(file: string): Promise<MachineSnapshot> {
	const text =
		file === "-"
			? await readAll(process.stdin)
			: await orUsageError(`Cannot read ${file}`, () => readFile(file, "utf8"));
	const name = file === "-" ? "from stdin" : file;
	try {
		const snapshot = parseSnapshot(text, name);
		requireWritable(snapshot, name);
		return snapshot;
	} catch (error) {
		if (!(error instanceof CorruptCheckpointError)) throw error;
		throw new UsageError(`${error.message} A MachineSnapshot as \`export\` writes it is expected.`, { cause: error });
	}
}

/** @throws CorruptCheckpointError for a snapshot that is nested too deep to be written again */
function requireWritable(snapshot: MachineSnapshot, name: string): void {
	try {
		JSON.stringify(snapshot);
	} catch (error) {
		throw new CorruptCheckpointError(name, "it is nested too deep", { cause: error });
	}
}

/** The snapshot under the id that it is to have, and with a time: by that a store tells old executions from new ones. */
function withId(snapshot: MachineSnapshot, id: string = snapshot.execution_id): MachineSnapshot {
	const { context, created_at } = snapshot;
	const { machine } = context;
	return {
		...snapshot,
		execution_id: id,
		created_at: Number.isNaN(Date.parse(created_at)) ? isoMicroseconds(Date.now()) : created_at,
		context: isRecord(machine) ? { ...context, machine: { ...machine, execution_id: id } } : context,
	};
}
