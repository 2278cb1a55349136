/** A stored execution as a session: the states and calls of it and of all below it, in the order of their times. */
import type { LogEntry } from "../../runtime/checkpoint/log.ts";
import { readVerdict } from "../../runtime/state/attempts/verdict.ts";
import { partOf, stepKey } from "../../runtime/state/step-keys.ts";
import { UnknownExecutionError } from "../../runtime/store/errors.ts";
import type { ExecutionStatus } from "../../runtime/store/execution-summary.ts";
import type { Store } from "../../runtime/store/store.ts";
import type { Diagram } from "../diagram/diagram.ts";
import type { StoredMachines } from "../stored-machine.ts";
import { callOutcome } from "./call-outcome.ts";
import { ContextView } from "./context-view.ts";
import type { InspectedActor, InspectedCall, InspectedEvent, InspectedFrame, ServerMessage } from "./protocol.ts";
import type { Redaction } from "./redaction.ts";
import { diagramOfMachine } from "./run-machines.ts";
import { type End, InspectionSession, type SessionOptions } from "./session.ts";
import { callsOf, type StoredExecution, stepsOf, timeOf } from "./stored-execution.ts";
import { type Member, readFamily } from "./stored-family.ts";

export interface StoredSession {
	readonly session: InspectionSession;
	readonly hello: Extract<ServerMessage, { type: "hello" }>;
	/** Of the machines whose configurations are in the store. */
	readonly diagrams: readonly Diagram[];
	/** What could not be read, in words. */
	readonly problems: readonly string[];
}

export interface StoredSessionOptions extends SessionOptions {
	readonly store: Store;
	readonly machines: StoredMachines;
}

/**
 * Reads an execution with its children, and those that they have launched.
 * @throws UnknownExecutionError, StoreError
 */
export async function readStoredSession(
	executionId: string,
	{ store, machines, ...options }: StoredSessionOptions,
): Promise<StoredSession> {
	const members = await readFamily(executionId, store, machines);
	const [root] = members;
	if (!root) throw new UnknownExecutionError(executionId, store.name);
	for (const member of members) learnFrom(member, options.redaction);
	const session = new InspectionSession(options);
	for (const member of members) tellActor(session, member, executionId);
	for (const { later } of thingsOf(session, members)) session.add(later);
	const end = endOf(root, session);
	if (end) session.end(end);
	else session.flush();
	const { redaction } = session;
	const name = redaction.text(root.execution.summary.machine_name);
	const hello = { type: "hello" as const, mode: "stored" as const, machine: root.name, name, executionId };
	for (const machine of namesWithout(members)) session.drawn({ type: "undrawn", machine, reason: noConfiguration });
	return {
		session,
		hello,
		diagrams: diagramsOf(members),
		problems: members.flatMap(({ execution }) => execution.problems),
	};
}

/** Secrets stand under their names where an execution began; they are to be hidden from the first moment on. */
function learnFrom({ execution: { origin }, machine }: Member, redaction: Redaction): void {
	redaction.learn(origin?.input);
	if (machine) redaction.learn(machine.set.plan(machine.planId).agents);
}

/** One for each machine, under the name that its executions have it by. */
function diagramsOf(members: readonly Member[]): Diagram[] {
	const diagrams = new Map<string, Diagram>();
	for (const { name, machine } of members) {
		if (!machine || diagrams.has(name)) continue;
		diagrams.set(name, { ...diagramOfMachine(machine.set, machine.planId), machine: name });
	}
	return [...diagrams.values()];
}

const noConfiguration = "The machine's configuration is not in the store: only its checkpoints are shown.";

/** The machines of which no execution has its configuration. */
function namesWithout(members: readonly Member[]): Set<string> {
	const known = new Set(members.flatMap(({ name, machine }) => (machine ? [name] : [])));
	return new Set(members.map(({ name }) => name).filter((name) => !known.has(name)));
}

const statuses: Readonly<Record<ExecutionStatus, InspectedActor["status"]>> = {
	active: "active",
	waiting: "waiting",
	stopped: "stopped",
	failed: "error",
	done: "done",
};

function tellActor(session: InspectionSession, { execution, name, calledAs }: Member, rootId: string): void {
	const { redaction } = session;
	const { summary, checkpoints } = execution;
	const { execution_id: id, status, machine_name, parent_execution_id: parent, error } = summary;
	const isOver = status === "done" || status === "failed" || status === "stopped";
	const ended = checkpoints.at(-1)?.snapshot;
	const shown = id === rootId ? redaction.value : redaction.excerpt;
	session.actor(id, () => ({
		id,
		parent: id === rootId ? null : parent,
		name: redaction.text(calledAs ?? machine_name),
		kind: "machine",
		executionId: id,
		status: statuses[status],
		startedAt: timeOf(summary.created_at),
		machine: name,
		...(summary.waiting_channel !== null && { channel: redaction.text(summary.waiting_channel) }),
		...(isOver && { endedAt: timeOf(summary.updated_at) }),
		...(ended && { state: redaction.text(stateOf(ended)) }),
		...(status === "done" && ended?.event === "machine_end" && { output: shown(ended.output) }),
		...(error && { error: redaction.storedError(error) }),
	}));
}

function stateOf({ current_state: state, context }: StoredExecution["checkpoints"][number]["snapshot"]): string {
	const { machine } = context;
	const named = typeof machine === "object" && machine !== null && "current_state" in machine && machine.current_state;
	return typeof named === "string" ? named : state;
}

interface Thing {
	readonly at: number;
	readonly later: Parameters<InspectionSession["add"]>[0];
}

function thingsOf(session: InspectionSession, members: readonly Member[]): Thing[] {
	const { redaction } = session;
	const things = members.flatMap((member): Thing[] => {
		const { execution, machine } = member;
		const actor = execution.summary.execution_id;
		const view = new ContextView(redaction);
		const frames = stepsOf(execution, machine).map(({ at, context, state, ...totals }) => ({
			at,
			later: () => {
				const frame: Omit<InspectedFrame, "seq"> = {
					at,
					actor,
					state: redaction.text(state),
					...totals,
					...view.show(context),
				};
				return { type: "frame" as const, frame };
			},
		}));
		return [...frames, ...callThings(session, member), ...eventThings(session, execution)];
	});
	// Stable: of the same time parents come before their children, and frames before what was done in them.
	return things.sort((a, b) => a.at - b.at);
}

function callThings(session: InspectionSession, { execution, machine }: Member): Thing[] {
	const { redaction } = session;
	const actor = execution.summary.execution_id;
	return callsOf(execution, machine).map(({ id, agent, state, startedAt, endedAt, input, outcome }) => {
		const failed = "error" in outcome;
		const shown = failed ? { error: redaction.storedError(outcome.error) } : callOutcome(outcome.output, redaction);
		const call: InspectedCall = {
			id,
			actor,
			state: redaction.text(state),
			agent: redaction.text(agent),
			at: startedAt,
			endedAt,
			...(input !== undefined && { input: redaction.value(input) }),
			...shown,
		};
		session.actor(id, () => ({
			id,
			parent: actor,
			name: call.agent,
			kind: "agent",
			status: failed ? "error" : "done",
			startedAt,
			endedAt,
			...(failed && call.error !== undefined && { error: call.error }),
		}));
		return { at: startedAt, later: () => ({ type: "call", call }) };
	});
}

/** Finished steps that are no calls: hooks, actions, signals, children. Ids and times say nothing to a person. */
function eventThings({ redaction }: InspectionSession, { summary, log }: StoredExecution): Thing[] {
	const actor = summary.execution_id;
	return log
		.filter(({ key }) => !/^(?:agent|id|backoff)\.|^deadline$/.test(partOf(key).key))
		.map(({ key, at: state, entry, time }) => ({
			at: time,
			later: () => {
				const event: InspectedEvent = {
					at: time,
					actor,
					event: redaction.text(state === "" ? key : `${state}: ${nameOf(key, entry)}`),
					data: dataOf(entry, redaction),
				};
				return { type: "event" as const, event };
			},
		}));
}

/** A verdict by its attempt, as a live session calls it; other steps by their keys. */
function nameOf(key: string, entry: LogEntry["entry"]): string {
	const { attempt, key: own } = partOf(key);
	const verdict = own === stepKey.verdict && "output" in entry ? readVerdict(entry.output) : undefined;
	return verdict ? `attempt ${attempt} ${verdict.passed ? "passed" : "failed"}` : key;
}

function dataOf(entry: LogEntry["entry"], redaction: InspectionSession["redaction"]): unknown {
	return "error" in entry ? { error: redaction.storedError(entry.error) } : redaction.excerpt(entry.output);
}

function endOf({ execution: { summary, checkpoints } }: Member, { redaction }: InspectionSession): End | undefined {
	const { status, error, waiting_channel: channel, wake_at: wakeAt } = summary;
	const why = error && { error: redaction.storedError(error) };
	switch (status) {
		case "active":
			return undefined;
		case "waiting":
			if (channel !== null) return { type: "end", status, channel: redaction.text(channel) };
			return { type: "end", status, ...(wakeAt !== null && { wakeAt }) };
		case "done":
			return { type: "end", status, output: redaction.value(checkpoints.at(-1)?.snapshot.output ?? {}) };
		case "failed":
		case "stopped":
			return { type: "end", status, ...why };
	}
}
