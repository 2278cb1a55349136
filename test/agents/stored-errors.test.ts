/** An error that was stored and made again is routed, told and retried as it was before. */
import { describe, expect, it } from "vitest";
import { errorInfoOf } from "../../runtime/agents/error-info.ts";
import { describeError, errorNames, RetryableError, RuntimeError } from "../../runtime/agents/errors.ts";
import { readEntry, reviveError, type StoredError, storeError } from "../../runtime/steps/journal.ts";

class PaymentError extends TypeError {}

class NamedError extends Error {
	override readonly name = "Named";
	readonly status = 429;
}

function again(error: unknown): Error {
	const entry = readEntry(JSON.parse(JSON.stringify({ error: storeError(error) })));
	const stored: StoredError = entry && "error" in entry ? entry.error : { name: "", message: "" };
	return reviveError(stored);
}

const errors: readonly [string, unknown][] = [
	["an Error", new Error("plain")],
	["an error of a class without a name", new PaymentError("no money")],
	["an error with a name, and a status that only a property tells", new NamedError("slow down")],
	["a provider's error", new RetryableError("busy", { type: "RateLimitError", code: "rate_limit", status_code: 429 })],
	["a refusal", new RuntimeError("no", { type: "AuthError", code: "auth_error" })],
	["an error with a code", Object.assign(new RangeError("gone"), { code: "ENOENT" })],
	["an error with a type", Object.assign(new Error("typed"), { type: "overloaded_error" })],
];

describe.each(errors)("%s", (_, error) => {
	it("has the same names for `on_error`, the same text and type, and the same data for a retry", () => {
		const revived = again(error);
		expect(errorNames(revived)).toEqual(errorNames(error));
		expect(describeError(revived)).toEqual(describeError(error));
		expect(errorInfoOf(revived)).toEqual(errorInfoOf(error));
		// And when it is stored once more.
		expect(errorNames(again(revived))).toEqual(errorNames(error));
		expect(errorInfoOf(again(revived))).toEqual(errorInfoOf(error));
	});
});

it("takes from a stored error only what is of its type", () => {
	const error = {
		name: 1,
		message: {},
		code: [],
		names: ["A", 1, null],
		info: { code: 1, type: "T", retryable: "yes", evil: 1 },
	};
	expect(readEntry({ error })).toEqual({
		error: { name: "Error", message: "", names: ["A"], info: { type: "T" } },
		summary: undefined,
	});
});
