/**
 * Error texts that the runtime itself has worded. A later release may word them otherwise, and some quote the condition
 * that failed: a test that is kept expects any text in their place.
 */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** The text under `last_error`, unless it comes from one of the scenario's answers. */
export function runtimeWords({ agents, machines, actions, context }: ErrorSources): string | undefined {
	const { last_error: text } = context;
	if (typeof text !== "string") return undefined;
	const answers = JSON.stringify([agents, machines, actions]);
	return answers.includes(JSON.stringify(text).slice(1, -1)) ? undefined : text;
}

type ErrorSources = Pick<Scenario, "agents" | "machines" | "actions" | "context">;

/** A copy of a value with something else wherever in it the text stands alone; the value itself where it does not. */
export function withoutText(value: unknown, text: string | undefined, other: unknown): unknown {
	if (text === undefined) return value;
	if (value === text) return other;
	if (Array.isArray(value)) return value.map((item) => withoutText(item, text, other));
	return isRecord(value) ? withoutTextIn(value, text, other) : value;
}

/** The same for each value of a mapping. */
export function withoutTextIn(
	values: Readonly<Record<string, unknown>>,
	text: string | undefined,
	other: unknown,
): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, withoutText(value, text, other)]));
}
