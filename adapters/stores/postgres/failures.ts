/** Errors of the driver and the server: which of them mean that nothing was written, and what to tell people. */
import { StoreError } from "../../../runtime/store/errors.ts";

export type Purpose = "read" | "write";

/** The connection could not be made: nothing has been sent. */
export class NotConnectedError extends Error {
	override readonly name = "NotConnectedError";
}

/** Of an error: SQLSTATE, or the code of Node. */
export function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Answered by the server about one statement, so that the connection can go on. */
export function isOfStatement(error: unknown): boolean {
	return /^[0-9A-Z]{5}$/.test(codeOf(error)) && !/^(?:57P0|08|XX)/.test(codeOf(error));
}

/** The server has taken everything back: a serialization failure, a deadlock, a lock not given. */
export function isRolledBack(error: unknown): boolean {
	return ["40001", "40P01", "55P03"].includes(codeOf(error));
}

/** Whether a statement would have made a second row of a unique key. @param error as stores throw it */
export function isTakenKey(error: unknown): boolean {
	return error instanceof StoreError && codeOf(error.cause) === "23505";
}

/** Whether to try again soon: refused while a server starts, stops, is full, or cannot be found for a moment. */
export function isPassing(error: unknown): boolean {
	const code = codeOf(error);
	// Without a code: the connection ended while it was being made.
	if (code === "") return !/timeout/.test(messageOf(error));
	return /^57P0|^08|^53|^E(?:CONN|PIPE|NOENT|AI_AGAIN|HOSTUNREACH|NETUNREACH)/.test(code);
}

/** What people are told; with a password never, since the driver's messages have none. */
export function toStoreError(error: unknown, purpose: Purpose, store: string): StoreError {
	if (error instanceof StoreError) return error;
	if (error instanceof NotConnectedError) {
		const { cause } = error;
		return new StoreError(
			"store_unreachable",
			`Cannot connect to ${store}: ${messageOf(cause)}. Check that the server runs and lets this user in.`,
			{ cause },
		);
	}
	if (purpose === "read") {
		return new StoreError("store_read_failed", `Cannot read from ${store}: ${messageOf(error)}.`, { cause: error });
	}
	const unsure = isOfStatement(error)
		? "Nothing was written."
		: "The connection broke before the answer came, so it is not known whether it was written. Resume the execution.";
	return new StoreError("store_write_failed", `Cannot write to ${store}: ${messageOf(error)}. ${unsure}`, {
		cause: error,
	});
}

function messageOf(error: unknown): string {
	// The driver gives one of several refused addresses in an error that has no message of its own.
	if (error instanceof AggregateError && error.message === "") return messageOf(error.errors[0]);
	const text = error instanceof Error ? error.message || codeOf(error) : String(error);
	return text.replace(/\.$/, "");
}
