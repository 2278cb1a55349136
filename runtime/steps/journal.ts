/** What the state actor has already done in this visit: finished steps by key, so that a resumed visit skips them. */

/** The outcome of one finished step. */
export type JournalEntry =
	| { readonly output: unknown; readonly summary?: unknown }
	| { readonly error: StoredError; readonly summary?: unknown };

/** An error as plain data: XState and JSON would lose an Error's message. */
export interface StoredError {
	readonly name: string;
	readonly message: string;
	readonly code?: string;
}

export type Journal = Record<string, JournalEntry>;

/** Plain data of whatever was thrown. Never throws itself: a step whose error cannot be told would never end. */
export function storeError(error: unknown): StoredError {
	try {
		if (!(error instanceof Error)) return { name: "Error", message: String(error) };
		const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
		return { name: String(error.name), message: String(error.message), ...code };
	} catch {
		return { name: "Error", message: "What was thrown cannot be shown." };
	}
}

/** An Error again, with the name and code that it was stored with. */
export function reviveError(stored: StoredError): Error {
	const error = new Error(stored.message);
	Object.defineProperty(error, "name", { value: stored.name, configurable: true });
	return stored.code === undefined ? error : Object.assign(error, { code: stored.code });
}
