/** Names of signals' files: by name they sort as they were sent, and a rename says to whom one is addressed. */
import { encodeName } from "./layout.ts";

export interface SignalName {
	/** Sorts by when the signal was sent. */
	readonly order: string;
	/** Place among the copies of a broadcast. */
	readonly copy: number;
	/** Encoded. */
	readonly id: string;
	/** Encoded; "" = nobody. */
	readonly addressee: string;
}

const pattern = /^(\d{17}-\d{6})\.(\d{6})~([\w%-]+)~([\w%-]*)\.json$/;

export function signalFile({ order, copy, id, addressee }: SignalName): string {
	return `${order}.${String(copy).padStart(6, "0")}~${id}~${addressee}.json`;
}

export function parseSignalFile(name: string): SignalName | undefined {
	const [, order, copy, id, addressee] = pattern.exec(name) ?? [];
	if (order === undefined || id === undefined || addressee === undefined) return undefined;
	return { order, copy: Number(copy), id, addressee };
}

let lastTime = 0;
let count = 0;

/**
 * The place of a signal that is sent now. By the system's clock, to the microsecond, and within this process never before
 * the last one: two who send by the same injected clock, or by one that was put back, still have an order.
 */
export function nextOrder(): string {
	lastTime = Math.max(lastTime, Math.floor((performance.timeOrigin + performance.now()) * 1000));
	count = (count + 1) % 1_000_000;
	if (count === 0) lastTime++;
	return `${String(lastTime).padStart(17, "0")}-${String(count).padStart(6, "0")}`;
}

export function newSignalName(id: string, executionId: string | undefined): SignalName {
	const addressee = executionId === undefined ? "" : encodeName(executionId);
	return { order: nextOrder(), copy: 0, id: encodeName(id), addressee };
}
