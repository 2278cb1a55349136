/** Checkpoints, logs and rows of executions in a Keyv. */
import { parseCheckpointKey } from "../../../runtime/checkpoint/checkpoint-key.ts";
import { resultUri } from "../../../runtime/results/result-uri.ts";
import type { Lease } from "../../../runtime/store/execution-lock.ts";
import type { ExecutionFilter, ExecutionSummary } from "../../../runtime/store/execution-summary.ts";
import type {
	Durability,
	ExecutionCommit,
	LogRow,
	PersistenceBackend,
	PruneOptions,
	StoredCheckpoint,
	StoredExecution,
} from "../../../runtime/store/persistence-backend.ts";
import { checkCommit } from "../check-commit.ts";
import { summaryOfSaved } from "../foreign-snapshot.ts";
import { checkPrune } from "../prune-limits.ts";
import type { StoreGate } from "../store-gate.ts";
import { emptyHead, type Head, readHead, readRecord, recordOf, recordsBetween, writeHead } from "./execution-rows.ts";
import { checkpointRowKey, recordKey, resultKey } from "./keys.ts";
import { removeSignalsOf } from "./keyv-signals.ts";
import { familyOf, find, rootsByAge } from "./lookup.ts";
import type { SharedKeyv } from "./shared.ts";
import type { Transaction } from "./transaction.ts";

export class KeyvPersistence implements PersistenceBackend {
	readonly durability: Durability;
	readonly #shared: SharedKeyv;
	readonly #gate: StoreGate;
	readonly #now: () => number;

	constructor(shared: SharedKeyv, gate: StoreGate, durability: Durability, now: () => number) {
		this.durability = durability;
		this.#shared = shared;
		this.#gate = gate;
		this.#now = now;
	}

	save(key: string, value: Uint8Array): Promise<void> {
		const bytes = Buffer.from(value);
		return this.#transact(async (rows) => {
			const { executionId, name } = parseCheckpointKey(key);
			const head = (await readHead(rows, executionId)) ?? emptyHead;
			const moved =
				name === "latest"
					? await this.#pointTo(rows, executionId, head, bytes.toString())
					: await this.#addSaved(rows, executionId, head, key, bytes);
			await writeHead(rows, executionId, await this.#withSavedSummary(rows, executionId, moved, key));
		});
	}

	load(key: string): Promise<Uint8Array | null> {
		return this.#transact(async (rows) => {
			const { executionId, name } = parseCheckpointKey(key);
			if (name === "latest") {
				const latest = (await readHead(rows, executionId))?.latestKey ?? null;
				return latest === null ? null : new TextEncoder().encode(latest);
			}
			const checkpoint = await checkpointAt(rows, executionId, key);
			if (checkpoint === undefined) return null;
			return Uint8Array.from(checkpoint.bytes ?? Buffer.from(checkpoint.text));
		});
	}

	delete(key: string): Promise<void> {
		return this.#transact(async (rows) => {
			const { executionId, name } = parseCheckpointKey(key);
			const head = await readHead(rows, executionId);
			if (head === undefined) return;
			if (name === "latest") {
				demote(rows, head);
				return writeHead(rows, executionId, { ...head, latestKey: null, latestRecord: 0 });
			}
			const number = await recordOf(rows, executionId, key);
			rows.delete(checkpointRowKey(key));
			if (number > 0) {
				const { checkpoint: _, ...rest } = await readRecord(rows, executionId, number);
				rows.set(recordKey(executionId, number), rest);
			}
			const left = head.latestKey === key ? { ...head, latestKey: null, latestRecord: 0 } : head;
			await writeHead(rows, executionId, left);
			if (!head.committed && (await keysOf(rows, executionId)).length === 0) await remove(rows, executionId);
		});
	}

	async commit(commits: readonly ExecutionCommit[], lease: Lease | null): Promise<void> {
		// What comes in may change while others are written.
		const written = structuredClone(commits);
		await this.#transact(async (rows) => {
			this.#shared.leases.checkWriter(lease);
			for (const commit of written) checkCommit(commit);
			for (const commit of written) await apply(rows, commit);
			this.#shared.leases.checkWriter(lease);
		});
		for (const { summary, result } of written) {
			if (result !== undefined) await this.#shared.tellResult(resultUri(summary.execution_id), result);
		}
	}

	loadExecution(executionId: string): Promise<StoredExecution | null> {
		return this.#transact(async (rows) => {
			const head = await readHead(rows, executionId);
			if (head === undefined || head.summary === null) return null;
			const { summary, latestKey } = head;
			const origin = head.origin === 0 ? null : (await readRecord(rows, executionId, head.origin)).origin;
			return { summary, origin: origin ?? null, latestKey };
		});
	}

	loadCheckpoint(key: string): Promise<StoredCheckpoint | null> {
		return this.#transact(async (rows) => {
			const checkpoint = await checkpointAt(rows, parseCheckpointKey(key).executionId, key);
			return checkpoint === undefined ? null : { text: checkpoint.text, progress: checkpoint.progress };
		});
	}

	listCheckpoints(executionId: string): Promise<readonly string[]> {
		return this.#transact(async (rows) => {
			const keys = await keysOf(rows, executionId);
			const steps = keys.flatMap((key) => {
				const { step } = parseCheckpointKey(key);
				return step === undefined ? [] : [{ key, step }];
			});
			return steps.sort((a, b) => a.step - b.step).map(({ key }) => key);
		});
	}

	loadLog(executionId: string, fromStep: number): Promise<readonly LogRow[]> {
		return this.#transact(async (rows) => {
			const head = await readHead(rows, executionId);
			const parts: (readonly LogRow[])[] = [];
			// Backwards: the records before the step are not read.
			for await (const [, { log, lastStep }] of allRecords(rows, executionId, head, "backwards")) {
				if (lastStep < fromStep) break;
				parts.push(log.filter(({ step }) => step >= fromStep));
			}
			return parts.reverse().flat();
		});
	}

	async listExecutionIds(filter: ExecutionFilter = {}): Promise<string[]> {
		return (await this.listExecutions(filter)).map((row) => row.execution_id);
	}

	listExecutions(filter: ExecutionFilter = {}): Promise<ExecutionSummary[]> {
		return this.#transact((rows) => find(rows, filter));
	}

	deleteExecution(executionId: string): Promise<void> {
		return this.#transact(async (rows) => {
			this.#shared.leases.drop(executionId);
			for (const member of await familyOf(rows, executionId)) await remove(rows, member);
		});
	}

	async prune(options: PruneOptions): Promise<number> {
		this.#gate.check();
		checkPrune(options);
		const { maxAgeSeconds, maxCount } = options;
		const oldest = maxAgeSeconds === undefined ? undefined : this.#now() - maxAgeSeconds * 1000;
		const ids = await this.#transact(async (rows) => {
			const old = oldest === undefined ? [] : await rootsByAge(rows, oldest);
			if (maxCount === undefined) return old;
			const isOld = new Set(old);
			const left = (await rootsByAge(rows)).filter((id) => !isOld.has(id));
			return [...old, ...left.slice(maxCount)];
		});
		let pruned = 0;
		for (const id of ids) {
			if (await this.#transact((rows) => this.#removeUnlessHeld(rows, id))) pruned++;
		}
		return pruned;
	}

	async #removeUnlessHeld(rows: Transaction, id: string): Promise<boolean> {
		if (this.#shared.leases.get(id) !== undefined) return false;
		for (const member of await familyOf(rows, id)) await remove(rows, member);
		return true;
	}

	async #pointTo(rows: Transaction, executionId: string, head: Head, latestKey: string): Promise<Head> {
		const latestRecord = await recordOf(rows, executionId, latestKey);
		demote(rows, head);
		return { ...head, latestKey, latestRecord };
	}

	async #addSaved(rows: Transaction, id: string, head: Head, key: string, bytes: Buffer): Promise<Head> {
		const records = head.records + 1;
		const checkpoint = { key, bytes: bytes.toString("base64"), progress: null };
		rows.prepare(recordKey(id, records), { log: [], lastStep: head.lastStep, checkpoint });
		if (head.latestKey === key) return { ...head, records, latestRecord: records };
		rows.set(checkpointRowKey(key), { record: records });
		return { ...head, records };
	}

	/** @param saved key that was written: only one that is the latest, or makes one the latest, changes the row */
	async #withSavedSummary(rows: Transaction, id: string, head: Head, saved: string): Promise<Head> {
		const { latestKey, latestRecord, summary, committed } = head;
		if (latestKey === null || latestRecord === 0) return head;
		if (saved !== latestKey && parseCheckpointKey(saved).name !== "latest") return head;
		const text = (await readRecord(rows, id, latestRecord)).checkpoint?.text ?? "";
		const known = summary === null ? null : { row: summary, committed };
		return { ...head, summary: summaryOfSaved(latestKey, text, known, this.#now()) };
	}

	#transact<T>(task: (rows: Transaction) => Promise<T>): Promise<T> {
		return this.#gate.run(() => this.#shared.transact(task));
	}
}

/** One commit: a record that nobody sees yet, and the head that makes it count. */
async function apply(rows: Transaction, commit: ExecutionCommit): Promise<void> {
	const { summary, origin, checkpoint, log, result } = commit;
	const id = summary.execution_id;
	const head = (await readHead(rows, id)) ?? emptyHead;
	const isRecorded = checkpoint !== undefined || origin !== undefined || log.length > 0;
	const records = isRecorded ? head.records + 1 : head.records;
	const lastStep = log.at(-1)?.step ?? head.lastStep;
	if (isRecorded) {
		rows.prepare(recordKey(id, records), {
			log,
			lastStep,
			...(origin === undefined ? {} : { origin }),
			...(checkpoint === undefined ? {} : { checkpoint }),
		});
	}
	if (checkpoint !== undefined && checkpoint.key !== head.latestKey) demote(rows, head);
	await writeHead(rows, id, {
		summary,
		committed: true,
		records,
		lastStep,
		origin: origin === undefined ? head.origin : records,
		latestKey: checkpoint?.key ?? head.latestKey,
		latestRecord: checkpoint === undefined ? head.latestRecord : records,
	});
	if (result !== undefined) rows.set(resultKey(resultUri(id)), { json: result });
}

/** While a checkpoint is the latest, the head alone says where it is; this keeps it to be found afterwards. */
function demote(rows: Transaction, { latestKey, latestRecord }: Head): void {
	if (latestKey !== null && latestRecord > 0) rows.prepare(checkpointRowKey(latestKey), { record: latestRecord });
}

async function checkpointAt(rows: Transaction, executionId: string, key: string) {
	const number = await recordOf(rows, executionId, key);
	return number === 0 ? undefined : (await readRecord(rows, executionId, number)).checkpoint;
}

/** Keys of an execution's checkpoints, in the order of writing. */
async function keysOf(rows: Transaction, executionId: string): Promise<string[]> {
	const keys: string[] = [];
	for await (const [number, { checkpoint }] of allRecords(rows, executionId, await readHead(rows, executionId))) {
		if (checkpoint === undefined) continue;
		// Of those that were written again, the last counts; of those that were deleted, none.
		if ((await recordOf(rows, executionId, checkpoint.key)) === number) keys.push(checkpoint.key);
	}
	return keys;
}

/** Deletes all rows of one execution, those too that a crash left beyond what was committed. */
async function remove(rows: Transaction, executionId: string): Promise<void> {
	const head = await readHead(rows, executionId);
	if (head === undefined) return;
	for await (const [number, { checkpoint }] of allRecords(rows, executionId, head)) {
		if (checkpoint !== undefined) rows.delete(checkpointRowKey(checkpoint.key));
		rows.delete(recordKey(executionId, number));
	}
	rows.delete(recordKey(executionId, head.records + 1));
	rows.delete(resultKey(resultUri(executionId)));
	await removeSignalsOf(rows, executionId);
	await writeHead(rows, executionId, undefined);
}

function allRecords(rows: Transaction, executionId: string, head: Head | undefined, order?: "backwards") {
	const count = head?.records ?? 0;
	if (count === 0) return [];
	return order === undefined
		? recordsBetween(rows, executionId, 1, count)
		: recordsBetween(rows, executionId, count, 1);
}
