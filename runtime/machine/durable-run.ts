/** One run that is made durable: its lease, its recorder, and the child machines that it takes up where they were. */
import type { AnyActorRef, InspectionEvent } from "xstate";
import { describeError } from "../agents/errors.ts";
import { type LoadedExecution, loadExecution } from "../checkpoint/load-execution.ts";
import { Recorder } from "../checkpoint/recorder.ts";
import { toXState } from "../checkpoint/xstate-snapshot.ts";
import type { ChildKeeper, KeptChild, StoredConfig } from "../state/child-keeper.ts";
import type { RuntimeServices } from "../state/services.ts";
import { errorRow, reviveError } from "../steps/journal.ts";
import type { PreparedChild, SpawnOptions } from "../steps/spawn.ts";
import type { DurableStore } from "../store/durable-store.ts";
import { ExecutionLockedError, LeaseLostError } from "../store/errors.ts";
import type { Lease } from "../store/execution-lock.ts";
import type { Store } from "../store/store.ts";
import type { RunTrace } from "../telemetry/run-trace.ts";
import { giveUpOrphans } from "./orphans.ts";
import type { RunnableMachines } from "./runnable-machines.ts";
import { givenUpRow, limitRow, stoppedBy } from "./stopped.ts";

export interface DurableRunOptions extends DurableStore {
	readonly rootId: string;
	readonly set: RunnableMachines & { readonly services: RuntimeServices };
}

interface PlanFacts {
	readonly name: string;
	readonly file: string;
	readonly portableId: string;
}

export class DurableRun implements ChildKeeper {
	readonly #options: DurableRunOptions;
	readonly recorder: Recorder;
	/** Resolves with the error when the run must end: the store failed, or the lease is lost. */
	readonly failure: Promise<unknown>;
	#lease: Lease | null;
	#heartbeat: NodeJS.Timeout | undefined;
	/** Hashes of the configurations that are in the store, by plan. */
	readonly #hashes: Map<string, string | null>;
	readonly #puts = new Map<string, Promise<void>>();
	readonly #facts = new Map<string, PlanFacts>();
	readonly #live = new Set<AnyActorRef>();
	/** Whether children of an earlier life were asked for. */
	#hasTakenUp = false;
	/** Whether children are to be looked for in the store, since the run goes on from an earlier one. */
	isResumed = false;
	/** Whether what had failed is tried again. */
	retriesFailed = false;
	/** The spans of this run, whose names are stored with its executions. */
	trace: Pick<RunTrace, "traceparentOf"> | undefined;

	/**
	 * Takes the lease on an execution.
	 * @throws ExecutionLockedError where somebody else runs it, StoreError
	 */
	static async open(options: DurableRunOptions): Promise<DurableRun> {
		const { store, rootId } = options;
		const lease = store.lock ? await store.lock.acquire(rootId) : null;
		if (store.lock && !lease) throw new ExecutionLockedError(rootId, await store.lock.holder(rootId));
		return new DurableRun(options, lease);
	}

	private constructor(options: DurableRunOptions, lease: Lease | null) {
		this.#options = options;
		this.#lease = lease;
		const { store, events, isLazy, set } = options;
		this.#hashes = options.storedConfigs ?? new Map();
		let fail: (error: unknown) => void = () => undefined;
		this.failure = new Promise((resolve) => {
			fail = resolve;
		});
		this.recorder = new Recorder({
			persistence: store.persistence,
			lease,
			now: () => set.services.now(),
			logger: set.services.logger,
			events,
			isLazy,
			onFailure: fail,
		});
		const { heartbeatMs = null } = store.lock ?? {};
		if (lease && heartbeatMs !== null) {
			this.#heartbeat = setInterval(() => this.#renew(lease), heartbeatMs);
			this.#heartbeat.unref();
		}
	}

	get storesResults(): boolean {
		return !this.#options.isLazy;
	}

	/** For what this run launches. */
	get durable(): DurableStore {
		const { rootId: _, set: __, ...durable } = this.#options;
		return durable;
	}

	get store(): Store {
		return this.#options.store;
	}

	#renew(lease: Lease): void {
		const { lock } = this.store;
		lock?.renew(lease).then(
			async (renewed) => {
				if (this.#heartbeat === undefined) return;
				if (renewed) this.recorder.lease = renewed;
				// Who has it now is good to know; that it is lost is enough.
				else this.recorder.fail(new LeaseLostError(lease.key, await lock.holder(lease.key).catch(() => null)));
			},
			(error: unknown) => {
				// The next heartbeat may get through; if none does, the store refuses what this run writes.
				const { text } = describeError(error);
				this.#options.set.services.logger.warn(`The lease on execution ${lease.key} could not be renewed: ${text}`);
			},
		);
	}

	/** Sees what the machines pass through, where `checkpoint_on` asks for more than durability needs. */
	get passed(): ((event: InspectionEvent) => void) | undefined {
		const { events } = this.#options;
		return events === null ? undefined : (event) => this.recorder.passed(event);
	}

	/** Puts a machine's configuration into the store. @returns undefined where it is there already */
	prepareConfig(planId: string): Promise<void> | undefined {
		// Only the machine at hand can resume what ends with it.
		if (this.#hashes.has(planId) || this.#options.isLazy) return undefined;
		const known = this.#puts.get(planId);
		if (known) return known;
		const text = this.#options.set.configText(planId);
		if (text === undefined) {
			this.#hashes.set(planId, null);
			return undefined;
		}
		const put = this.store.configs.put(text).then((hash) => {
			this.#hashes.set(planId, hash);
		});
		this.#puts.set(planId, put);
		return put;
	}

	async storedConfig(planId: string): Promise<StoredConfig | null> {
		await this.prepareConfig(planId);
		const hash = this.#hashes.get(planId);
		if (hash === undefined || hash === null) return null;
		const { set } = this.#options;
		const { name, file } = set.plan(planId);
		return { hash, machine: set.portableId(planId, planId), name, file, requires: set.requires(planId) };
	}

	/** What is the same for all executions of a plan. */
	#planFacts(planId: string): PlanFacts {
		const known = this.#facts.get(planId);
		if (known) return known;
		const { set } = this.#options;
		const { name, file } = set.plan(planId);
		const facts = { name, file, portableId: set.portableId(planId) };
		this.#facts.set(planId, facts);
		return facts;
	}

	/** Follows a machine that has not been started. */
	track(machine: AnyActorRef, child: Omit<KeptChild, "machine">, loaded?: LoadedExecution): void {
		const { set, rootId } = this.#options;
		const { planId, childId, parentId, depth, input } = child;
		const { name, file, portableId } = this.#planFacts(planId);
		const configHash = this.#hashes.get(planId) ?? null;
		const trace = this.trace?.traceparentOf(machine);
		const requires = childId === rootId ? set.requires(planId) : [];
		const origin = {
			format: 1 as const,
			machine: portableId,
			input,
			depth,
			file,
			config_hash: configHash,
			// What something else has started has no origin; ours says how much of it is recorded.
			...(loaded && !loaded.origin && { begins_at: loaded.snapshot.step }),
			...(trace !== undefined && { trace }),
			...(child.join !== undefined && { join: child.join }),
			...(requires.length > 0 && { requires }),
		};
		const identity = { id: childId, rootId, parentId, machineName: name, configHash, origin };
		this.#live.add(machine);
		this.recorder.track(machine, set.config(planId), identity, loaded?.earlier);
	}

	childOptions(child: KeptChild): Pick<SpawnOptions, "prepare" | "created" | "ended" | "givenUp"> {
		let loaded: LoadedExecution | undefined;
		let machine: AnyActorRef | undefined;
		return {
			prepare: () => {
				const prepared: Promise<PreparedChild | undefined> | undefined =
					this.isResumed && child.isKnown
						? this.#takeUp(child, (found) => {
								loaded = found;
							})
						: this.prepareConfig(child.planId)?.then(() => undefined);
				// That the store cannot be read is no failure of the child, and nothing that `on_error` could route.
				return prepared?.catch((error: unknown) => this.recorder.fail(error));
			},
			created: (created) => {
				machine = created;
				this.track(created, child, loaded);
			},
			ended: (ended) => this.#ended(ended),
			givenUp: () => {
				if (machine) this.#rest(machine, givenUpRow());
			},
		};
	}

	async #takeUp(
		{ childId, planId, limits, input, depth }: KeptChild,
		found: (loaded: LoadedExecution) => void,
	): Promise<PreparedChild | undefined> {
		this.#hasTakenUp = true;
		await this.prepareConfig(planId);
		const { store, set } = this.#options;
		const loaded = await loadExecution(store.persistence, childId, set.services.logger, this.retriesFailed);
		if (!loaded) return undefined;
		const { summary, snapshot, progress } = loaded;
		const totals = {
			calls: summary.total_api_calls,
			cost: summary.total_cost,
			usage: loaded.usage,
			...(loaded.spent && { spent: loaded.spent }),
		};
		if (summary.status === "done") return { outcome: { output: snapshot.output ?? {}, summary: totals } };
		if (summary.status === "failed" && !this.retriesFailed) {
			const error = reviveError(summary.error ?? { name: "Error", message: "The child machine failed." });
			return { outcome: { error, summary: totals } };
		}
		found(loaded);
		const trace = loaded.origin?.trace;
		if (loaded.isFresh) return { snapshot: undefined, trace };
		return { snapshot: toXState(set.config(planId), snapshot, { progress, input, depth, limits }), trace };
	}

	#ended(machine: AnyActorRef): void {
		// How it ended is in its parent's journal; a lazy run stores no more of a child.
		if (this.#options.isLazy) {
			this.#live.delete(machine);
			return;
		}
		const snapshot = machine.getSnapshot();
		if (snapshot.status === "error") this.#rest(machine, { status: "failed", error: errorRow(snapshot.error) });
		else this.#restDone(machine, snapshot.output);
	}

	#restDone(machine: AnyActorRef, output: unknown): void {
		const stopped = stoppedBy(machine);
		if (stopped) this.#rest(machine, limitRow(stopped));
		else this.#rest(machine, { status: "done", result: output ?? {} });
	}

	#rest(machine: AnyActorRef, rest: Parameters<Recorder["rest"]>[1]): void {
		this.#live.delete(machine);
		this.recorder.rest(machine, rest);
	}

	/** Stores how the run ended, for the root and for all machines that have not ended. @throws what the store threw */
	async end(
		root: AnyActorRef,
		how:
			| { readonly type: "done" }
			| { readonly type: "failed" | "aborted"; readonly error: unknown }
			| { readonly type: "parked" }
			| { readonly type: "storeFailed" },
	): Promise<void> {
		// What is done at once, and ends with the process, nobody asks for again.
		if (this.#options.isLazy && how.type === "done" && !this.isResumed && !stoppedBy(root)) return;
		const live = new Set([...this.#live].map((machine) => this.recorder.executionOf(machine)?.identity.id ?? ""));
		this.recorder.beginRest(this.#live);
		switch (how.type) {
			case "done":
				this.#restDone(root, root.getSnapshot().output);
				break;
			case "failed":
				this.#rest(root, { status: "failed", error: errorRow(how.error) });
				break;
			case "aborted":
				for (const machine of this.#live) this.#rest(machine, { status: "stopped", error: errorRow(how.error) });
				break;
			case "parked":
				for (const machine of this.#live) this.#rest(machine, { status: "waiting" });
				break;
		}
		await this.recorder.flush();
		const mayLeaveOrphans = how.type === "parked" ? this.#hasTakenUp : how.type === "done" || how.type === "failed";
		if (!this.isResumed || !mayLeaveOrphans) return;
		const { store, rootId, set } = this.#options;
		this.recorder.add(await giveUpOrphans(store.persistence, rootId, live, set.services.now()));
		await this.recorder.flush();
	}

	/** Gives the lease back, once. Where that fails it ends by itself; what was stored stays stored. */
	async close(): Promise<void> {
		this.recorder.close();
		clearInterval(this.#heartbeat);
		this.#heartbeat = undefined;
		const lease = this.#lease;
		this.#lease = null;
		if (!lease) return;
		await this.store.lock?.release(lease).catch((error: unknown) => {
			const { text } = describeError(error);
			this.#options.set.services.logger.warn(`The lease on execution ${lease.key} could not be given back: ${text}`);
		});
	}
}
