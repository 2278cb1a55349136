/** The data of signals: checked and given as JSON text when they are sent, and read again. */
import { StoreError } from "../../runtime/store/errors.ts";

/** The data in a stored signal's JSON text. @throws StoreError `store_corrupt` where something else than a store wrote it */
export function parseSignalData(signalId: string, json: unknown, store: string): unknown {
	try {
		return JSON.parse(typeof json === "string" ? json : "");
	} catch (cause) {
		const problem = `The data of signal ${signalId} in ${store} are no JSON. Delete the signal.`;
		throw new StoreError("store_corrupt", problem, { cause });
	}
}

/** @throws StoreError `invalid_signal` for an empty channel */
export function checkChannel(channel: string): void {
	if (channel === "") throw new StoreError("invalid_signal", "A signal's channel is empty. Name the channel.");
}

/** @throws StoreError `invalid_signal` for data that are no JSON */
export function signalJson(channel: string, data: unknown): string {
	checkChannel(channel);
	let cause: unknown;
	try {
		const json = JSON.stringify(data);
		// TypeScript does not say so, but functions, symbols and undefined give undefined.
		if (typeof json === "string") return json;
	} catch (error) {
		cause = error;
	}
	const reason = cause instanceof Error ? `: ${cause.message}` : "";
	throw new StoreError(
		"invalid_signal",
		`The data of a signal to ${JSON.stringify(channel)} cannot be written as JSON${reason}. Give plain data without cycles that is not nested thousands deep.`,
		{ cause },
	);
}
