/** The data of signals: checked and given as JSON text when they are sent, and read again. */
import { StoreError } from "../../runtime/store/errors.ts";
import { jsonText, parsedJson } from "./stored-text.ts";

/** The data in a stored signal's JSON text. @throws StoreError `store_corrupt` where something else than a store wrote it */
export function parseSignalData(signalId: string, json: unknown, store: string): unknown {
	return parsedJson(`The data of signal ${signalId}`, json, store);
}

/** @throws StoreError `invalid_signal` for an empty channel */
export function checkChannel(channel: string): void {
	if (channel === "") throw new StoreError("invalid_signal", "A signal's channel is empty. Name the channel.");
}

/** @throws StoreError `invalid_signal` for data that are no JSON */
export function signalJson(channel: string, data: unknown): string {
	checkChannel(channel);
	return jsonText("invalid_signal", `The data of a signal to ${JSON.stringify(channel)}`, data);
}
