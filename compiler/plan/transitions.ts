/** `transitions` and `on_error` of a state (spec sections 5.1, 6.3 and 8.2). */
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own } from "../document/plain-data.ts";
import { ExpressionSyntaxError, mayThrow, parseCondition, references } from "../expression/index.ts";
import { type BuildScope, placeAt } from "./build-scope.ts";
import type { PlannedCondition, StatePlan, TransitionPlan } from "./plan.ts";
import { reportSyntax } from "./report-syntax.ts";

/** Plans the list of transitions; entries without a target are left out. */
export function planTransitions(value: unknown, path: DocumentPath, scope: BuildScope): TransitionPlan[] {
	if (!Array.isArray(value)) return [];
	const transitions: TransitionPlan[] = [];
	for (const [index, entry] of value.entries()) {
		const to = own(entry, "to");
		if (typeof to !== "string") continue;
		const when = planCondition(own(entry, "condition"), [...path, index, "condition"], scope);
		transitions.push({ to, ...(when !== undefined && { when }), ...placeAt(scope.reporter, [...path, index, "to"]) });
	}
	return transitions;
}

/**
 * Plans one condition.
 * @returns undefined if the transition is always taken
 */
export function planCondition(
	value: unknown,
	path: DocumentPath,
	scope: BuildScope,
): PlannedCondition | "never" | undefined {
	const { reporter } = scope;
	if (value === undefined || value === null) return undefined;
	if (value === true) {
		const message = "this condition is the boolean `true`: the transition is always taken";
		reporter.report("FS5004", { path, at: "value", message, suggestion: "leave the condition out" });
		return undefined;
	}
	if (value === false) {
		const message = "this condition is the boolean `false`: the transition is never taken";
		reporter.report("FS5003", { path, at: "value", message, suggestion: "remove the transition" });
		return "never";
	}
	// Values of other types are the schema's to report.
	if (typeof value !== "string") return "never";
	if (value.trim() === "") return undefined;
	try {
		const node = parseCondition(value, scope.expressionEngine);
		if (node.kind === "simple" && node.expression?.kind !== "literal" && references(node).length === 0) {
			const message = `\`${value}\` has no variable, so it is the same each time`;
			reporter.report("FS5005", { path, at: "value", message });
		}
		return { text: value, node, canThrow: mayThrow(node), ...placeAt(reporter, path, "value") };
	} catch (error) {
		if (!(error instanceof ExpressionSyntaxError)) throw error;
		reportSyntax("FS5002", error, path, reporter);
		return "never";
	}
}

/** Plans `on_error`: a state's name, or states by error name with `default`. Falsy entries fall through. */
export function planOnError(value: unknown): StatePlan["onError"] {
	if (typeof value === "string") return value === "" ? undefined : { byType: [], default: value };
	if (!isRecord(value)) return undefined;
	const byType: (readonly [string, string])[] = [];
	for (const [name, target] of Object.entries(value)) {
		if (name !== "default" && typeof target === "string" && target !== "") byType.push([name, target]);
	}
	const fallback = own(value, "default");
	const hasDefault = typeof fallback === "string" && fallback !== "";
	if (byType.length === 0 && !hasDefault) return undefined;
	return { byType, ...(hasDefault && { default: fallback }) };
}
