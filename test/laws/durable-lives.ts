/** Lives of a random machine on one store: until the store fails, the run parks, or it ends. */
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { readRows } from "../../runtime/checkpoint/log.ts";
import { readOrigin } from "../../runtime/checkpoint/progress.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { answerOf, type DurableMachine, documentOf, inputOf } from "./random-durable.ts";

type Context = Readonly<Record<string, unknown>>;

/** Everything that was begun, by the names that the log has. */
export class Begun {
	readonly names: string[] = [];
	/** What a store knew to be finished when a life ended. */
	finished: ReadonlySet<string> = new Set();
	/** What was begun although it was finished. */
	readonly repeated: string[] = [];
	/** The states of the root, by step. */
	readonly path = new Map<number, string>();

	add(name: string): void {
		this.names.push(name);
		if (this.finished.has(name)) this.repeated.push(name);
	}

	hear(event: RunEvent): void {
		if (event.type !== "state" || event.executionId !== "root") return;
		const known = this.path.get(event.step);
		if (known !== undefined && known !== event.state) this.repeated.push(`step ${event.step} went to ${known} before`);
		this.path.set(event.step, event.state);
	}
}

function hooksOf(begun: Begun): MachineHooks {
	const at = ({ machine }: Context, key: string) => {
		const { execution_id: id, step } = Object(machine);
		begun.add(`${id}/${step}/${key}`);
	};
	return {
		onMachineStart(context) {
			at(context, "start");
			return { ...context, started: true };
		},
		onMachineEnd(context, output) {
			at(context, "end");
			return { ...Object(output), ended: true };
		},
		async onStateEnter(state, context) {
			at(context, "enter");
			return { ...context, entered: [...(Array.isArray(context.entered) ? context.entered : []), state] };
		},
		onStateExit(_state, context, output) {
			at(context, "exit");
			return output;
		},
		onTransition(_from, to, context) {
			at(context, "transition");
			return to;
		},
		onError(_state, error, context) {
			at(context, "error");
			return error.message === "thrown" ? "end" : null;
		},
		onAction(action, context) {
			at(context, `action.${action}`);
			if (action === "break") throw new RangeError("broken");
			if (action === "drop") return { ...context, got: undefined };
			return { ...context, i: Number(context.i ?? 0) + 1 };
		},
	};
}

/** The machine in one of its lives. */
export function machineOf(
	random: DurableMachine,
	store: Store | undefined,
	begun: Begun,
	newId: () => string,
	onCall: (key: string, does: unknown) => void = () => undefined,
): FlatMachine {
	const script: AgentScript = ({ idempotencyKey = "", input }) => {
		begun.add(idempotencyKey);
		onCall(idempotencyKey, input.does);
		return answerOf(input, idempotencyKey.split("/").at(-1) ?? "");
	};
	return new FlatMachine({
		config: documentOf(random),
		newId,
		script,
		hooks: { all: hooksOf(begun) },
		...(store && { store }),
	});
}

const ownKeys = new Set(["start", "end", "enter", "exit", "transition", "error"]);

/** Everything that a store knows to be finished, by the names of `Begun`. */
export async function finishedIn({ persistence }: Store): Promise<string[]> {
	const names: string[] = [];
	for (const id of await persistence.listExecutionIds()) {
		for (const { step, at, key } of readRows(await persistence.loadLog(id, 0))) {
			const [kind, , ...attempt] = key.split(".");
			if (kind === "agent") names.push(`${id}/${step}/${at}/${attempt.join(".")}`);
			if (kind === "action" || ownKeys.has(key)) names.push(`${id}/${step}/${key}`);
		}
	}
	return names;
}

/** Sends every execution that waits one signal, but for those that wait for one that never comes. */
export async function signalAll(store: Store): Promise<string[]> {
	const waiting = (await store.persistence.listExecutions()).filter(
		({ status, waiting_channel: channel }) => status === "waiting" && channel !== null && channel !== "never",
	);
	for (const { execution_id: executionId, waiting_channel: channel } of waiting) {
		if (channel === null || (await store.signals.peek(channel)).some((signal) => signal.execution_id === executionId))
			continue;
		await store.signals.send(channel, { n: 7, value: 7 }, { executionId });
	}
	return [...new Set(waiting.map(({ root_execution_id: id }) => id))];
}

/** All that must be the same however often a run was interrupted. */
export interface Outcome {
	readonly status: RunResult["status"];
	readonly output: unknown;
	readonly error: string | null;
	readonly totals: readonly unknown[];
	readonly path: readonly (readonly [number, string])[];
	readonly context: unknown;
	/** Every execution: its machine with those above it, its input, how it ended, and its totals. */
	readonly executions: readonly string[];
}

export async function outcomeOf(store: Store, result: RunResult, begun: Begun): Promise<Outcome> {
	const { persistence } = store;
	const rows = await persistence.listExecutions();
	const byId = new Map(rows.map((row) => [row.execution_id, row]));
	const line = (id: string | null): string => {
		const row = id === null ? undefined : byId.get(id);
		return row === undefined ? "" : `${line(row.parent_execution_id)}/${row.machine_name}`;
	};
	const executions = rows.map(async (row) => {
		const { origin } = (await persistence.loadExecution(row.execution_id)) ?? { origin: null };
		const totals = `${row.total_api_calls} calls, $${row.total_cost}`;
		const own = row.root_execution_id === row.execution_id ? " by itself" : "";
		// How far those had come that were given up is a matter of time.
		const isGivenUp = row.status === "stopped";
		const ended = isGivenUp
			? row.status
			: `${row.status} at ${row.step} ${row.current_state}, ${totals}, ${row.error?.message ?? ""}`;
		return `${line(row.execution_id)}${own} ${JSON.stringify(readOrigin(origin)?.input)} ${ended}`;
	});
	const latest = (await persistence.loadExecution("root"))?.latestKey ?? "";
	const text = (await persistence.loadCheckpoint(latest))?.text ?? "{}";
	const { machine: _, ...context } = Object(JSON.parse(text).context);
	return {
		status: result.status,
		output: toJson(result.output ?? null),
		error: result.error instanceof Error ? result.error.message : null,
		totals: [result.state, result.steps, result.agentCalls, result.cost, result.usage],
		path: [...begun.path].sort(([a], [b]) => a - b),
		context,
		// A loser that was given up before it had begun may or may not be there.
		executions: (await Promise.all(executions)).filter((text) => !/\/never \S+ stopped$/.test(text)).sort(),
	};
}

function toJson(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}

/** Starts the root, or takes it up where the store has it. */
export async function runOrResume(
	machine: FlatMachine,
	store: Store,
	random: DurableMachine,
	options: RunOptions,
): Promise<RunResult> {
	const known = await store.persistence.loadExecution("root");
	return known ? machine.resume("root", options) : machine.run(inputOf(random), { ...options, executionId: "root" });
}
