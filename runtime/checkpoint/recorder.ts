/**
 * Makes one run durable: gathers what its executions have to store and commits it, all of them together, before the next
 * side effect (docs/design.md, "The barrier").
 */
import type { AnyActorRef, InspectionEvent } from "xstate";
import type { JsonMachineConfig } from "../../compiler/xstate/lower.ts";
import { FlatstateError } from "../errors.ts";
import type { Logger } from "../logging/logger.ts";
import type { RunRecorder } from "../state/child-keeper.ts";
import type { JournalRecord } from "../steps/journal.ts";
import { StoreError } from "../store/errors.ts";
import type { Lease } from "../store/execution-lock.ts";
import type { ExecutionCommit, PersistenceBackend } from "../store/persistence-backend.ts";
import {
	type EarlierLife,
	type ExecutionIdentity,
	ExecutionRecord,
	type RecordHost,
	type Rest,
} from "./execution-record.ts";
import { toJsonText } from "./json-text.ts";
import type { CheckpointEvent } from "./machine-snapshot.ts";

export interface RecorderOptions {
	readonly persistence: PersistenceBackend;
	/** The right to write; null where no lock is used. */
	readonly lease: Lease | null;
	/** Milliseconds since 1970. */
	now(): number;
	readonly logger: Logger;
	/** `checkpoint_on`; null: whatever durability needs. */
	readonly events: ReadonlySet<CheckpointEvent> | null;
	/**
	 * Whether to store only when the run comes to rest: for stores that end with the process, where more would be lost all
	 * the same.
	 */
	readonly isLazy?: boolean;
	/** Called once, when the store failed: the run must end, since what it did from then on could not be kept. */
	onFailure(error: unknown): void;
}

/** From so many machines on, a barrier waits for the others of its turn of the event loop. */
const manyMachines = 8;

/** A promise for those who must not go on; one each, since a shared one would keep them all in memory. */
function never(): Promise<never> {
	return new Promise(() => undefined);
}

export class Recorder implements RunRecorder {
	readonly #options: RecorderOptions;
	readonly #host: RecordHost;
	readonly #records = new WeakMap<object, ExecutionRecord>();
	readonly #before = new WeakMap<object, unknown[]>();
	readonly #dirty = new Set<ExecutionRecord>();
	/** Of executions that nobody follows. */
	#others: ExecutionCommit[] = [];
	#lease: Lease | null;
	#failure: { readonly error: unknown } | undefined;
	/** Rejects when the store fails. */
	readonly #failed: Promise<never>;
	#rejectFailed: (error: unknown) => void = () => undefined;
	#isClosed = false;
	#isHeld = false;
	#isResting = false;
	#isScheduled = false;
	#inFlight: Promise<void> | undefined;
	#next: Promise<void> | undefined;
	#together: Promise<void> | undefined;
	/** Machines that are followed and have not come to rest. */
	#following = 0;

	constructor(options: RecorderOptions) {
		this.#options = options;
		this.#lease = options.lease;
		this.#failed = new Promise((_, reject) => {
			this.#rejectFailed = reject;
		});
		this.#failed.catch(() => undefined);
		const warn = (replaced: readonly string[]) => {
			options.logger.warn(`Stored as text, since JSON has no form for it: ${replaced.join(", ")}`);
		};
		this.#host = {
			now: () => options.now(),
			toText: (value) => toJsonText(value, warn),
			events: options.events,
			isLazy: options.isLazy === true,
			dirty: (record) => this.#markDirty(record),
			barrier: (record) => this.#barrier(record),
		};
	}

	/** Renewed by a heartbeat. */
	set lease(lease: Lease) {
		this.#lease = lease;
	}

	/** Follows a machine that has not been started. */
	track(
		machine: AnyActorRef,
		config: JsonMachineConfig,
		identity: ExecutionIdentity,
		earlier?: EarlierLife,
	): ExecutionRecord {
		const record = new ExecutionRecord(machine, config, identity, this.#host, earlier);
		this.#records.set(machine, record);
		this.root ??= record;
		this.#following += 1;
		record.begin(this.#before.get(machine) ?? []);
		this.#before.delete(machine);
		return record;
	}

	/** The record of the machine that the run was started for: the first that is followed. */
	root: ExecutionRecord | undefined;

	/** The record of a machine that is followed. */
	executionOf(machine: AnyActorRef | undefined): ExecutionRecord | undefined {
		return machine && this.#records.get(machine);
	}

	/** Sees a state that a machine passes through; a machine passes through its first ones before it is followed. */
	passed(event: InspectionEvent): void {
		if (event.type !== "@xstate.microstep") return;
		const { actorRef, snapshot } = event;
		const record = this.#records.get(actorRef);
		if (record) record.passed(snapshot);
		else this.#before.set(actorRef, [...(this.#before.get(actorRef) ?? []), snapshot]);
	}

	/** The journal of a state's actor. */
	recordOf(visitor: AnyActorRef): JournalRecord | undefined {
		return this.executionOf(visitor._parent)?.visit(visitor.id);
	}

	/** A followed machine came to rest. */
	rest(machine: AnyActorRef, rest: Rest): void {
		this.#following -= 1;
		this.executionOf(machine)?.rest(rest);
	}

	/** Stores that the run has begun. @throws what the store threw */
	async storeStart(): Promise<void> {
		await this.flush();
		this.root?.announce();
		await this.flush();
	}

	/** Stores everything that is left. @throws what the store threw */
	async flush(): Promise<void> {
		do await Promise.race([this.#flushSoon(), this.#failed]);
		while (this.#inFlight || this.#dirty.size > 0 || this.#others.length > 0);
		if (this.#failure) await this.#failed;
	}

	/** From now on nothing more is gathered: the machines are being stopped. */
	close(): void {
		this.#isClosed = true;
	}

	/** Stores more with the next write. */
	add(commits: readonly ExecutionCommit[]): void {
		this.#others.push(...commits);
	}

	/** From now on nothing begins that waits for its barrier. */
	hold(): void {
		this.#isHeld = true;
	}

	/** The run comes to rest: from now on also a lazy recorder gathers, first of all the machines that have not ended. */
	beginRest(live: Iterable<AnyActorRef>): void {
		this.#isResting = true;
		this.hold();
		if (!this.#host.isLazy) return;
		for (const machine of live) {
			const record = this.executionOf(machine);
			if (record) this.#dirty.add(record);
		}
	}

	#markDirty(record: ExecutionRecord): void {
		if (this.#isClosed || (this.#host.isLazy && !this.#isResting)) return;
		this.#dirty.add(record);
		if (this.#isScheduled || this.#host.isLazy) return;
		this.#isScheduled = true;
		setImmediate(() => {
			this.#isScheduled = false;
			// What ends in the meantime is awaited by whoever stops the run.
			if (!this.#isClosed) this.#flushSoon();
		});
	}

	#barrier(record: ExecutionRecord): Promise<void> | undefined {
		if (this.#isOver) return never();
		if (this.#host.isLazy) return undefined;
		this.#dirty.add(record);
		const written = this.#following < manyMachines || this.#inFlight ? this.#flushSoon() : this.#flushTogether();
		// What was aborted while its store wrote begins nothing more.
		return written?.then(() => (this.#isOver ? never() : undefined));
	}

	get #isOver(): boolean {
		return this.#failure !== undefined || this.#isClosed || this.#isHeld;
	}

	/** Many machines at once reach their barriers in one turn of the event loop: one write serves them all. */
	#flushTogether(): Promise<void> {
		this.#together ??= new Promise<void>((resolve) => {
			setImmediate(() => {
				this.#together = undefined;
				resolve(this.#isClosed ? never() : this.#flushSoon());
			});
		});
		return this.#together;
	}

	/** Writes now or, while a write is under way, together with all others right after it. */
	#flushSoon(): Promise<void> | undefined {
		// Also between the end of one write and the begin of the next, those who come wait for the next.
		if (this.#next) return this.#next;
		if (!this.#inFlight) return this.#write();
		this.#next = this.#inFlight.then(() => {
			this.#next = undefined;
			return this.#write();
		});
		return this.#next;
	}

	#write(): Promise<void> | undefined {
		if (this.#failure) return never();
		try {
			const commits = this.#collect();
			if (commits.length === 0) return undefined;
			const written = this.#options.persistence.commit(commits, this.#lease);
			if (!written) return undefined;
			this.#inFlight = written.then(
				() => {
					this.#inFlight = undefined;
				},
				(error: unknown) => {
					this.#inFlight = undefined;
					return this.fail(error);
				},
			);
			return this.#inFlight;
		} catch (error) {
			return this.fail(error);
		}
	}

	/** Children before their parents, so that a parent never knows of an end that its child has not stored. */
	#collect(): ExecutionCommit[] {
		const records = [...this.#dirty];
		this.#dirty.clear();
		if (records.length > 1) records.sort((a, b) => b.identity.origin.depth - a.identity.origin.depth);
		const others = this.#others;
		this.#others = [];
		return [...others, ...records.flatMap((record) => record.collect())];
	}

	/** Ends the run because of the store, or of the lease. @returns a promise that never settles */
	fail(error: unknown): Promise<never> {
		if (!this.#failure) {
			this.#failure = { error: describeFailure(error) };
			this.#isClosed = true;
			this.#rejectFailed(this.#failure.error);
			this.#options.onFailure(this.#failure.error);
		}
		return never();
	}
}

function describeFailure(error: unknown): unknown {
	if (error instanceof FlatstateError) return error;
	const reason = error instanceof Error ? error.message : String(error);
	return new StoreError("store_write_failed", `The store cannot write: ${reason}.`, { cause: error });
}
