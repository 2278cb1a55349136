/** `key_results` and `max_retries` of a state: what must hold before it is left (fsm-agent-flow 1 and 18). */
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownNumber, ownString } from "../document/plain-data.ts";
import { ExpressionSyntaxError, mayThrow, parseCheck } from "../expression/index.ts";
import { type BuildScope, placeAt } from "./build-scope.ts";
import type { KeyResultCheck, KeyResultPlan, KeyResultsPlan } from "./plan.ts";
import { reportSyntax } from "./report-syntax.ts";

const defaultRetries = 3;

/**
 * Plans the key results of a state. Two of one name are reported; the first counts.
 * @param path of the state
 * @returns undefined where there are none
 */
export function planKeyResults(state: unknown, path: DocumentPath, scope: BuildScope): KeyResultsPlan | undefined {
	const written = own(state, "key_results");
	if (!Array.isArray(written)) return undefined;
	const items = new Map<string, KeyResultPlan>();
	for (const [index, entry] of written.entries()) {
		const at = [...path, "key_results", index];
		const name = ownString(entry, "name");
		const check = planCheck(own(entry, "check"), [...at, "check"], scope);
		if (name === undefined || name === "" || !check) continue;
		if (items.has(name)) {
			const message = `two key results are called \`${name}\``;
			scope.reporter.report("FS4118", { path: [...at, "name"], at: "value", message });
			continue;
		}
		const description = ownString(entry, "description");
		items.set(name, { name, ...(description && { description }), check, ...placeAt(scope.reporter, at) });
	}
	if (items.size === 0) return undefined;
	return { items: [...items.values()], maxRetries: retriesOf(own(state, "max_retries")) };
}

/** Anything but a whole number from 0 is the schema's to report. */
function retriesOf(value: unknown): number {
	const number = ownNumber({ value }, "value");
	return number !== undefined && Number.isInteger(number) && number >= 0 ? number : defaultRetries;
}

/** @returns undefined for what cannot be read; that has been reported */
function planCheck(value: unknown, path: DocumentPath, scope: BuildScope): KeyResultCheck | undefined {
	if (value === undefined || value === null) return { kind: "judged" };
	if (isRecord(value)) {
		const action = ownString(value, "action");
		return action ? { kind: "action", action } : undefined;
	}
	if (typeof value !== "string") return undefined;
	if (value.trim() === "") {
		const message = "this check is empty, so it says nothing";
		scope.reporter.report("FS5006", { path, at: "value", message, suggestion: "leave `check` out to have it judged" });
		return undefined;
	}
	try {
		const node = parseCheck(value, scope.expressionEngine);
		return {
			kind: "expression",
			condition: { text: value, node, canThrow: mayThrow(node), ...placeAt(scope.reporter, path, "value") },
		};
	} catch (error) {
		if (!(error instanceof ExpressionSyntaxError)) throw error;
		reportSyntax("FS5006", error, path, scope.reporter);
		return undefined;
	}
}
