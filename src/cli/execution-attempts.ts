/** The attempts at key results of an execution, as its log tells them. */
import { readRows } from "../../runtime/checkpoint/log.ts";
import { readVerdict, type Verdict } from "../../runtime/state/attempts/verdict.ts";
import { partOf, stepKey } from "../../runtime/state/step-keys.ts";
import type { PersistenceBackend } from "../../runtime/store/persistence-backend.ts";

/** One attempt that has ended. */
export interface AttemptView extends Verdict {
	readonly step: number;
	readonly state: string;
	/** From 0. */
	readonly attempt: number;
}

/** @param fromStep the first step to look at: a log may be long */
export async function executionAttempts(
	persistence: PersistenceBackend,
	executionId: string,
	fromStep: number,
): Promise<AttemptView[]> {
	return readRows(await persistence.loadLog(executionId, fromStep)).flatMap(({ step, at, key, entry }) => {
		const { attempt, key: own } = partOf(key);
		const verdict = own === stepKey.verdict && "output" in entry ? readVerdict(entry.output) : undefined;
		return verdict ? [{ step, state: at, attempt, ...verdict }] : [];
	});
}
