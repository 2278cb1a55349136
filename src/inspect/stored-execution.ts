/** One execution as a store has it: the states that it went through, and the calls that its log answers for. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { compileStructure } from "../../compiler/render/structure.ts";
import type { MachineContext } from "../../compiler/xstate/machine-context.ts";
import { scopeOf, structureReadsInput } from "../../compiler/xstate/scope.ts";
import { type LogEntry, readRows } from "../../runtime/checkpoint/log.ts";
import {
	CorruptCheckpointError,
	type MachineSnapshot,
	parseSnapshot,
} from "../../runtime/checkpoint/machine-snapshot.ts";
import { type Origin, type Progress, readOrigin, readProgress } from "../../runtime/checkpoint/progress.ts";
import { toXState } from "../../runtime/checkpoint/xstate-snapshot.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import { readVerdict } from "../../runtime/state/attempts/verdict.ts";
import { partOf, stepKey, stepPrefix } from "../../runtime/state/step-keys.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";
import type { ChosenMachine } from "../stored-machine.ts";
import { effectlessSteps } from "./effectless-steps.ts";

export interface StoredExecution {
	readonly summary: ExecutionSummary;
	readonly origin: Origin | undefined;
	readonly checkpoints: readonly StoredCheckpoint[];
	/** Checkpoints that cannot be read, in words. */
	readonly problems: readonly string[];
	readonly log: readonly LogEntry[];
}

export interface StoredCheckpoint {
	readonly snapshot: MachineSnapshot;
	readonly progress: Progress | undefined;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** A state that the execution was in. */
export interface StoredStep {
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly state: string;
	readonly step: number;
	/** Without the runtime's own part. */
	readonly context: Readonly<Record<string, unknown>>;
	readonly cost: number;
	readonly agentCalls: number;
}

/** Checkpoints that are read at once: a store on the network answers them together, and memory stays small. */
const readAtOnce = 20;

/** @returns undefined where the store has no such execution @throws StoreError */
export async function readStoredExecution(
	persistence: PersistenceBackend,
	executionId: string,
): Promise<StoredExecution | undefined> {
	const stored = await persistence.loadExecution(executionId);
	if (!stored) return undefined;
	const keys = await persistence.listCheckpoints(executionId);
	const read: (StoredCheckpoint | string | undefined)[] = [];
	for (let first = 0; first < keys.length; first += readAtOnce) {
		const some = keys.slice(first, first + readAtOnce);
		read.push(...(await Promise.all(some.map((key) => readCheckpoint(persistence, key)))));
	}
	return {
		summary: stored.summary,
		origin: readOrigin(stored.origin),
		checkpoints: read.filter((one) => typeof one === "object"),
		problems: read.filter((one) => typeof one === "string"),
		log: readRows(await persistence.loadLog(executionId, 0)),
	};
}

async function readCheckpoint(
	persistence: PersistenceBackend,
	key: string,
): Promise<StoredCheckpoint | string | undefined> {
	try {
		const stored = await persistence.loadCheckpoint(key);
		if (!stored) return undefined;
		const snapshot = parseSnapshot(stored.text, key);
		return { snapshot, progress: readProgress(stored.progress), at: timeOf(snapshot.created_at) };
	} catch (error) {
		if (error instanceof CorruptCheckpointError) return error.message;
		if (error instanceof StoreError && error.code === "store_corrupt") return error.message;
		throw error;
	}
}

/** Milliseconds since 1970; 0 for what is no time. */
export function timeOf(text: string): number {
	const time = Date.parse(text);
	return Number.isNaN(time) ? 0 : time;
}

/** @param machine undefined where its configuration cannot be had: then only what checkpoints have is known */
export function stepsOf({ checkpoints, origin }: StoredExecution, machine: ChosenMachine | undefined): StoredStep[] {
	const steps: StoredStep[] = [];
	for (const checkpoint of entered(checkpoints)) {
		const before = steps.at(-1);
		const own = stepOf(checkpoint);
		if (before && own.step < before.step) continue;
		// The end, where nothing has changed since the state was entered.
		if (before?.step === own.step && sameJson(before.context, own.context)) continue;
		if (machine) steps.push(...between(before ?? null, checkpoint, own, origin, machine));
		steps.push(own);
	}
	return steps;
}

/** One checkpoint for each moment that is shown: the state as it was entered, and the end. */
function entered(checkpoints: readonly StoredCheckpoint[]): StoredCheckpoint[] {
	const entries = new Map<number, StoredCheckpoint>();
	for (const checkpoint of checkpoints) {
		const { event, step } = checkpoint.snapshot;
		if (event !== "state_enter" && event !== "execute" && event !== "waiting") continue;
		const known = entries.get(step)?.snapshot.event;
		// Before the hooks of entering, and after them.
		if (known === undefined || known === "state_enter") entries.set(step, checkpoint);
	}
	const [last] = checkpoints.slice(-1);
	const shown = [...entries.values()].sort((a, b) => a.snapshot.step - b.snapshot.step);
	const isEnd = last && (last.snapshot.event === "machine_end" || last.snapshot.event === "state_exit");
	return isEnd ? [...shown, last] : shown;
}

function stepOf({ snapshot, at }: StoredCheckpoint): StoredStep {
	const { machine, ...context } = snapshot.context;
	const { current_state: state, event, step, total_cost: cost, total_api_calls: agentCalls } = snapshot;
	const isEnd = event === "machine_end" && isRecord(machine) && typeof machine.current_state === "string";
	return { at, state: isEnd ? String(machine.current_state) : state, step, context, cost, agentCalls };
}

function between(
	from: StoredStep | null,
	{ at, ...checkpoint }: StoredCheckpoint,
	to: StoredStep,
	origin: Origin | undefined,
	{ set, planId }: ChosenMachine,
): StoredStep[] {
	const context = contextAt(checkpoint, to, origin, { set, planId });
	if (!context) return [];
	const contexts = effectlessSteps(set.machine(planId), set.config(planId), from, to, context);
	return contexts.map(({ machine, ...flat }) => {
		const { current_state: state, step, total_cost: cost, total_api_calls: agentCalls } = machine;
		return { at, state, step, context: flat, cost, agentCalls };
	});
}

/** The machine's context at a checkpoint, with the runtime's part. */
function contextAt(
	{ snapshot, progress }: Omit<StoredCheckpoint, "at">,
	{ state }: Pick<StoredStep, "state">,
	origin: Origin | undefined,
	{ set, planId }: Pick<ChosenMachine, "set" | "planId">,
): MachineContext | undefined {
	const { input = {}, depth = 0 } = origin ?? {};
	try {
		const standing = { ...snapshot, current_state: state, event: "execute" as const };
		return toXState(set.config(planId), standing, { progress, input, depth, limits: noLimits }).context;
	} catch (error) {
		// The machine is another than the one that was run.
		if (error instanceof FlatstateError) return undefined;
		throw error;
	}
}

const most = Number.MAX_SAFE_INTEGER;
const noLimits = { max_steps: most, max_agent_calls: most, max_cost: most, max_tokens: most };

/** Ids of the machines that a state has waited for, with what it called them: they were journaled before they began. */
export function childrenIn({ log }: StoredExecution): [id: string, name: string][] {
	return log.flatMap(({ key, entry }): [string, string][] => {
		// A child of a `foreach` is the actor `item.KEY`, one of a list has its own name.
		const own = partOf(key).key;
		const name = /^id\.(item\..*)$/s.exec(own)?.[1] ?? /^id\.machine\.(.*)$/s.exec(own)?.[1];
		const id = "output" in entry ? entry.output : undefined;
		return name !== undefined && typeof id === "string" ? [[id, name]] : [];
	});
}

/** A call of an agent, from the execution's log. */
export interface StoredCall {
	readonly id: string;
	readonly state: string;
	readonly agent: string;
	readonly startedAt: number;
	readonly endedAt: number;
	/** Undefined where it cannot be had any more. */
	readonly input: unknown;
	readonly outcome: LogEntry["entry"];
}

const agentKey = /^agent\.(.+)\.(?:(?:sample|vote)\.\d+|\d+)$/;

export function callsOf(execution: StoredExecution, machine: ChosenMachine | undefined): StoredCall[] {
	const { log, checkpoints, summary } = execution;
	return log.flatMap(({ step, at: state, key, entry, time }) => {
		const part = partOf(key);
		const [, agent] = agentKey.exec(part.key) ?? [];
		if (agent === undefined) return [];
		const checkpoint = checkpoints.find(({ snapshot }) => snapshot.step === step && snapshot.event === "execute");
		return [
			{
				id: `${summary.execution_id}/${step}/${state}/${key}`,
				state,
				agent,
				startedAt: Math.min(checkpoint?.at ?? time, time),
				endedAt: time,
				// What a judge was told is not stored.
				input: part.isJudge
					? undefined
					: machine && checkpoint && inputAt(execution, checkpoint, { state, attempt: part.attempt }, machine),
				outcome: entry,
			},
		];
	});
}

/** The state's rendered `input`, made again from the context that it was made from. */
function inputAt(
	{ origin, log }: StoredExecution,
	checkpoint: StoredCheckpoint,
	{ state, attempt }: { readonly state: string; readonly attempt: number },
	machine: ChosenMachine,
): unknown {
	const { set, planId } = machine;
	const plan = set.plan(planId);
	const { input: structure, keyResults } = plan.states.find(({ name }) => name === state) ?? {};
	if (structure === undefined) return {};
	const context = contextAt(checkpoint, { state }, origin, machine);
	if (!context) return undefined;
	// Hooks and actions before the call have given another context; what stands in the log is what they gave.
	const { step } = checkpoint.snapshot;
	const own = log.filter((entry) => entry.step === step && entry.at === state);
	const prefix = stepPrefix.attempt(attempt);
	const changed = own.findLast(({ key }) => key === stepKey.enter || key.startsWith(`${prefix}action.`));
	const output = changed && "output" in changed.entry ? changed.entry.output : undefined;
	const told = keyResults && { attempt: attemptAt(own, { state, number: attempt, max: keyResults.maxRetries }) };
	const before = { ...(isRecord(output) ? output : context), ...told, machine: context.machine };
	try {
		const scope = scopeOf(before, undefined, structureReadsInput(structure));
		return compileStructure(structure, { parsesRendered: plan.parsesRendered })(scope);
	} catch {
		// It was rendered when it was run: what cannot be rendered again depends on what is not stored.
		return undefined;
	}
}

/** What an attempt was told of the one before. */
function attemptAt(
	log: readonly LogEntry[],
	attempt: { readonly state: string; readonly number: number; readonly max: number },
): Readonly<Record<string, unknown>> {
	const key = stepPrefix.attempt(attempt.number - 1) + stepKey.verdict;
	const { entry } = log.findLast((one) => attempt.number > 0 && one.key === key) ?? {};
	const verdict = entry && "output" in entry ? readVerdict(entry.output) : undefined;
	return { ...attempt, feedback: verdict?.feedback ?? null, results: verdict?.results ?? [] };
}

/** Both are plain JSON, with their keys in the order in which they were written. */
function sameJson(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}
