/** Runs of a feature's machine in several lives, each of which may end with the store's failure, on one store. */
import { expect } from "vitest";
import { readRows } from "../../runtime/checkpoint/log.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { RunResult } from "../../runtime/machine/run-result.ts";
import { partOf } from "../../runtime/state/step-keys.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { type Failure, failingStore } from "./failing-store.ts";
import type { Feature } from "./features.ts";

/** Names of everything that was done, in the order of its beginning. */
export class Doings {
	readonly begun: string[] = [];
	/** What the store knew to be finished when a run ended. */
	readonly known = new Set<string>();
	readonly repeated: string[] = [];

	begin(name: string): void {
		this.begun.push(name);
		if (this.known.has(name)) this.repeated.push(name);
	}
}

function machineFor(feature: Feature, store: Store, doings: Doings, newId: () => string): FlatMachine {
	const hooks: MachineHooks = {
		onAction(action, context, { keyResult }) {
			const { machine, attempt } = context;
			const { execution_id: id, step } = Object(machine);
			if (keyResult !== undefined) {
				const { number } = Object(attempt);
				doings.begin(`${id}/${step}/${keyResult}/${number}`);
				return feature.check?.({ keyResult, number }) ?? false;
			}
			doings.begin(`${id}/${step}/${action}`);
			return { ...context, actions: [...(Array.isArray(context.actions) ? context.actions : []), action] };
		},
	};
	return new FlatMachine({
		config: feature.document,
		store,
		newId,
		hooks: { counting: hooks },
		script: ({ idempotencyKey = "", input }, { agentName }) => {
			doings.begin(idempotencyKey);
			return feature.answer(agentName, input, idempotencyKey);
		},
	});
}

/** Everything that the store knows to be finished, under the names that `Doings` has. */
async function finished(store: Store): Promise<string[]> {
	const names: string[] = [];
	for (const id of await store.persistence.listExecutionIds()) {
		for (const { step, at, key } of readRows(await store.persistence.loadLog(id, 0))) {
			const part = partOf(key);
			const prefix = key.slice(0, key.length - part.key.length);
			const [kind, name = "", ...attempt] = part.key.split(".");
			if (kind === "agent") names.push(`${id}/${step}/${at}/${prefix}${attempt.join(".")}`);
			if (kind === "action") names.push(`${id}/${step}/${name}`);
			if (kind === "check") names.push(`${id}/${step}/${name}/${part.attempt}`);
		}
	}
	return names;
}

async function signalAll(store: Store, result: RunResult, feature: Feature): Promise<void> {
	if (result.status !== "waiting") return;
	for (const { channel, executionId } of result.waiting) {
		if ((await store.signals.peek(channel)).length === 0) {
			await store.signals.send(channel, feature.signal ?? null, { executionId });
		}
	}
}

export interface Lived {
	readonly output: unknown;
	readonly doings: Doings;
	readonly commits: number;
	readonly lives: number;
}

/** Runs to the end; `failAt` gives the commit of each life that fails. */
export async function live(
	store: Store,
	feature: Feature,
	failAt: (life: number) => Failure | undefined = () => undefined,
): Promise<Lived> {
	const doings = new Doings();
	let ids = 0;
	const newId = () => `id-${++ids}`;
	let commits = 0;
	for (let life = 0; ; life++) {
		if (life > 60) throw new Error("the run does not come to its end");
		const failure = failAt(life);
		const failing = failingStore(store, failure ?? { after: Number.POSITIVE_INFINITY, takesEffect: false });
		const machine = machineFor(feature, failing.store, doings, newId);
		const isKnown = (await store.persistence.loadExecution("root")) !== null;
		const result = isKnown
			? await machine.resume("root")
			: await machine.run(feature.input ?? {}, { executionId: "root" });
		commits += failing.commits;
		for (const name of await finished(store)) doings.known.add(name);
		if (failing.hasFailed) {
			// A launched machine's failure is its own: the run may have ended well meanwhile.
			if (result.status !== "done")
				expect(result).toMatchObject({ status: "failed", error: { code: "store_write_failed" } });
			continue;
		}
		if (result.status === "waiting") {
			await signalAll(store, result, feature);
			continue;
		}
		if (result.status !== "done") throw result.error ?? new Error(`ended as ${result.status}`);
		const rest = await store.persistence.listExecutionIds({ status: "active" });
		expect(rest).toEqual([]);
		return { output: result.output, doings, commits, lives: life + 1 };
	}
}
