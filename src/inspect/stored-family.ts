/** An execution as a store has it, with its children and those that they have launched, each with its machine. */
import { FlatstateError } from "../../runtime/errors.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type ChosenMachine, ConfigMissingError, type StoredMachines } from "../stored-machine.ts";
import { childrenIn, readStoredExecution, type StoredExecution, timeOf } from "./stored-execution.ts";

export interface Member {
	readonly execution: StoredExecution;
	/** Undefined where its configuration is not in the store. */
	readonly machine: ChosenMachine | undefined;
	/** By which the page knows the machine. */
	readonly name: string;
	/** What its parent calls it, such as `item.Oslo` within a `foreach`. */
	readonly calledAs: string | undefined;
}

/** Executions that are read at once. */
const readAtOnce = 10;

/**
 * Reads them all, parents before their children, these in the order of their start.
 * @returns empty where the store has no such execution
 * @throws StoreError
 */
export async function readFamily(executionId: string, store: Store, machines: StoredMachines): Promise<Member[]> {
	const { persistence } = store;
	const members: Member[] = [];
	const known = new Set([executionId]);
	const ids = [executionId];
	/** Places in the order in which their parents have started them. */
	const children = new Map<string, { readonly name: string; readonly place: number }>();
	while (ids.length > 0) {
		const some = ids.splice(0, readAtOnce);
		const read = await Promise.all(some.map((id) => readStoredExecution(persistence, id)));
		for (const execution of read) {
			if (!execution) continue;
			members.push(await memberOf(execution, machines, children.get(execution.summary.execution_id)?.name));
			for (const [id, name] of childrenIn(execution)) children.set(id, { name, place: children.size });
		}
		const listed = await Promise.all(some.map((id) => persistence.listExecutions({ parentExecutionId: id })));
		// By the time of their start, as they came while it ran.
		const placeOf = (id: string): number => children.get(id)?.place ?? 0;
		const inOrder = listed.flat().sort((a, b) => {
			const later = timeOf(a.created_at) - timeOf(b.created_at);
			return later !== 0 ? later : placeOf(a.execution_id) - placeOf(b.execution_id);
		});
		for (const { execution_id: id } of inOrder) {
			if (!known.has(id)) ids.push(id);
			known.add(id);
		}
	}
	return members;
}

async function memberOf(
	execution: StoredExecution,
	machines: StoredMachines,
	calledAs: string | undefined,
): Promise<Member> {
	const { summary, origin } = execution;
	const machine = await machineOf(summary.execution_id, machines);
	const name = origin?.machine ?? machine?.set.portableId(machine.planId) ?? summary.machine_name;
	return { execution, machine, name, calledAs };
}

/** Without its configuration an execution is shown all the same, by its checkpoints alone. */
async function machineOf(executionId: string, machines: StoredMachines): Promise<ChosenMachine | undefined> {
	try {
		return await machines.machineOf(executionId);
	} catch (error) {
		const isMissing = error instanceof ConfigMissingError || isOneOf(error, ["corrupt_checkpoint", "compile_error"]);
		if (isMissing) return undefined;
		throw error;
	}
}

function isOneOf(error: unknown, codes: readonly string[]): boolean {
	return error instanceof FlatstateError && codes.includes(error.code);
}
