/** What the state actor has already done in this visit: finished steps by key, so that a resumed visit skips them. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentErrorInfo } from "../agents/agent.ts";
import { errorInfoOf } from "../agents/error-info.ts";
import { describeError, errorNames, rememberNature } from "../agents/errors.ts";

/** The outcome of one finished step. */
export type JournalEntry =
	| { readonly output: unknown; readonly summary?: unknown }
	| { readonly error: StoredError; readonly summary?: unknown };

/** An error as plain data: XState and JSON would lose an Error's message. */
export interface StoredError {
	/** Its type, as `last_error_type` has it. */
	readonly name: string;
	readonly message: string;
	readonly code?: string;
	/** What `on_error` may match, where that is more than the name: the names of its classes, a provider's own names. */
	readonly names?: readonly string[];
	/** What a retry reads of it, where its name and message do not tell that. */
	readonly info?: AgentErrorInfo;
}

export type Journal = Record<string, JournalEntry>;

/** Where finished steps of one visit go to, and where those of an earlier life come from. */
export interface JournalRecord {
	/** Steps that were finished before a restart. */
	readonly saved: Readonly<Journal>;
	/** A step has finished. */
	journaled(key: string, entry: JournalEntry): void;
	/** Waits until the snapshot that decided on the next effect, and all that was journaled, is durable. */
	barrier(): Promise<void> | undefined;
}

/** Reads an entry that was JSON; undefined for what is none. */
export function readEntry(value: unknown): JournalEntry | undefined {
	if (!isRecord(value)) return undefined;
	if (!isRecord(value.error)) return { output: value.output, summary: value.summary };
	return { error: readError(value.error), summary: value.summary };
}

/** Reads an error that was JSON. */
export function readError({ name, message, code, names, info }: Readonly<Record<string, unknown>>): StoredError {
	return {
		name: typeof name === "string" ? name : "Error",
		message: typeof message === "string" ? message : "",
		...(typeof code === "string" && { code }),
		...(Array.isArray(names) && { names: names.filter((known) => typeof known === "string") }),
		...(isRecord(info) && { info: readInfo(info) }),
	};
}

function readInfo({ code, type, message, status_code, retryable }: Readonly<Record<string, unknown>>): AgentErrorInfo {
	return {
		...(typeof code === "string" && { code }),
		...(typeof type === "string" && { type }),
		...(typeof message === "string" && { message }),
		...(typeof status_code === "number" && { status_code }),
		...(typeof retryable === "boolean" && { retryable }),
	};
}

/** Plain data of whatever was thrown. Never throws itself: a step whose error cannot be told would never end. */
export function storeError(error: unknown): StoredError {
	try {
		const stored = errorRow(error);
		const revived = reviveError(stored);
		const names = errorNames(error);
		const more = names.some((name) => !errorNames(revived).includes(name)) && { names };
		const info = errorInfoOf(error);
		const told = !isDeepStrictEqual(info, errorInfoOf(revived)) && { info: readInfo({ ...info }) };
		return { ...stored, ...more, ...told };
	} catch {
		return untold;
	}
}

/** The part of an error that a store keeps in an execution's row. */
export function errorRow(error: unknown): StoredError {
	try {
		if (!(error instanceof Error)) return { name: "Error", message: String(error) };
		const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
		return { name: describeError(error).type, message: String(error.message), ...code };
	} catch {
		return untold;
	}
}

const untold: StoredError = { name: "Error", message: "What was thrown cannot be shown." };

/** An Error again, with the name and code that it was stored with, and for `on_error` and retries what it was. */
export function reviveError(stored: StoredError): Error {
	const { name, message, code, names, info } = stored;
	const error = new Error(message);
	Object.defineProperty(error, "name", { value: name, configurable: true });
	if (code !== undefined) Object.assign(error, { code });
	if (names || info) rememberNature(error, { ...(names && { names }), ...(info && { info }) });
	return error;
}
