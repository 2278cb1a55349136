/** The verdict on one attempt: which key results hold, and in words why the others do not (fsm-agent-flow 4 and 18.3). */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { KeyResultPlan } from "../../../compiler/plan/plan.ts";

/** Whether one key result holds. */
export interface KeyResultVerdict {
	readonly name: string;
	readonly passed: boolean;
	/** Why, where somebody has said it. */
	readonly reason?: string;
}

export interface Verdict {
	readonly passed: boolean;
	/** In the order of the state's key results; those that were not looked at are left out. */
	readonly results: readonly KeyResultVerdict[];
	/** What failed and why; null where all hold. */
	readonly feedback: string | null;
}

/** A check itself failed: its reason stands in place of the description, as in `k2: check raised division by zero`. */
const raised = "check raised ";

export function raisedReason(text: string): string {
	return raised + text;
}

/** Puts the verdicts of an attempt together. */
export function verdictOf(items: readonly KeyResultPlan[], results: readonly KeyResultVerdict[]): Verdict {
	const inOrder = items.flatMap(({ name }) => results.filter((result) => result.name === name));
	const failed = inOrder.filter(({ passed }) => !passed);
	if (failed.length === 0) return { passed: true, results: inOrder, feedback: null };
	const described = new Map(items.map(({ name, description }) => [name, description]));
	const lines = failed.map((result) => feedbackLine(result, described.get(result.name)));
	return { passed: false, results: inOrder, feedback: lines.join("; ") };
}

function feedbackLine({ name, reason }: KeyResultVerdict, description: string | undefined): string {
	if (reason === undefined) return `${name}: ${description ?? "does not hold"}`;
	if (reason.startsWith(raised) || description === undefined) return `${name}: ${reason}`;
	return `${name}: ${description} — ${reason}`;
}

/** A verdict that was JSON; undefined for what is none. */
export function readVerdict(value: unknown): Verdict | undefined {
	if (!isRecord(value) || typeof value.passed !== "boolean" || !Array.isArray(value.results)) return undefined;
	const results = value.results.flatMap((entry: unknown): KeyResultVerdict[] => {
		if (!isRecord(entry) || typeof entry.name !== "string") return [];
		const { name, reason } = entry;
		return [{ name, passed: entry.passed === true, ...(typeof reason === "string" && { reason }) }];
	});
	const { passed, feedback } = value;
	return { passed, results, feedback: typeof feedback === "string" ? feedback : null };
}
