/** One life of an execution in a process that may be killed: nothing whose result is stored begins again. */
import { expect } from "vitest";
import { readRows } from "../../runtime/checkpoint/log.ts";
import type { Store } from "../../runtime/store/store.ts";
import { readLines } from "./call-log.ts";
import type { Driver, Drivers, ToldResult, Work } from "./processes.ts";

export interface LifeSettings {
	/** That of `work.url`. */
	readonly store: Store;
	readonly drivers: Drivers;
	readonly work: Work;
	/** Whether a step of this key is one of the calls that the log of the process names. */
	readonly isCall: (key: string) => boolean;
}

/** How a life ended. */
export interface Life {
	/** Calls whose results were stored before it. */
	readonly known: number;
	/** Absent where the process was killed. */
	readonly ended?: { readonly result: ToldResult; readonly driver: Driver };
}

export async function oneLife({ store, drivers, work, isCall }: LifeSettings): Promise<Life> {
	const { id, log } = work;
	const rows = readRows(await store.persistence.loadLog(id, 0));
	const calls = rows.filter(({ key }) => isCall(key));
	const known = new Set(calls.map(({ step, at, key }) => `${id}/${step}/${at}/${key}`));
	const before = readLines(log);
	const driver = await drivers.take();
	const end = await driver.work(work);
	if (end.type === "error") throw new Error(end.error.stack ?? end.error.message);
	const begun = readLines(log)
		.slice(before.length)
		.filter(({ word }) => word === "begin");
	expect(begun.map(({ name }) => name).filter((name) => known.has(name))).toEqual([]);
	return { known: known.size, ...(end.type === "result" && { ended: { result: end.result, driver } }) };
}
