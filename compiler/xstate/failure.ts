/** What a failed state still has to tell its machine: context changes and costs from before the error. */
import type { TokenUsage } from "./machine-context.ts";
import type { Spending } from "./spending.ts";

export interface FailureDetails {
	readonly patch?: Readonly<Record<string, unknown>>;
	readonly calls?: number;
	readonly cost?: number;
	readonly usage?: TokenUsage;
	readonly spent?: readonly Spending[];
}

const details = new WeakMap<object, FailureDetails>();

/** Attaches details to an error, so that the error itself stays what was thrown. */
export function withFailureDetails(error: unknown, more: FailureDetails): Error {
	const carrier = error instanceof Error ? error : new Error(textOf(error), { cause: error });
	details.set(carrier, more);
	return carrier;
}

/** The details attached to `error`, if any. */
export function failureOf(error: unknown): FailureDetails | undefined {
	return typeof error === "object" && error !== null ? details.get(error) : undefined;
}

function textOf(thrown: unknown): string {
	try {
		return String(thrown);
	} catch {
		// An object without a prototype, for example, has no text.
		return "What was thrown cannot be shown.";
	}
}
