/** `execution` and `tool_loop` of a state (spec sections 9 and 12.1). */
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownNumber } from "../document/plain-data.ts";
import type { BuildScope } from "./build-scope.ts";
import type { ExecutionPlan, Structure, ToolLoopPlan } from "./plan.ts";
import { planStructure } from "./structure.ts";

/** Seconds between attempts where `backoffs` is absent. */
const defaultBackoffs: readonly number[] = [2, 8, 16, 35];

/** Plans `execution` with the defaults of the specification; an unknown type counts as `default`. */
export function planExecution(value: unknown): ExecutionPlan {
	switch (own(value, "type")) {
		case "retry": {
			const backoffs = own(value, "backoffs");
			return {
				type: "retry",
				backoffs: Array.isArray(backoffs) ? backoffs.filter(isDelay) : defaultBackoffs,
				jitter: ownNumber(value, "jitter") ?? 0.1,
				retryOnEmpty: own(value, "retry_on_empty") === true,
			};
		}
		case "parallel":
			return { type: "parallel", nSamples: ownNumber(value, "n_samples") ?? 3 };
		case "mdap_voting":
			return {
				type: "mdap_voting",
				kMargin: ownNumber(value, "k_margin") ?? 3,
				maxCandidates: ownNumber(value, "max_candidates") ?? 10,
				maxResponseTokens: ownNumber(value, "max_response_tokens") ?? null,
			};
		default:
			return { type: "default" };
	}
}

function isDelay(value: unknown): value is number {
	return typeof value === "number" && value >= 0;
}

const numberKeys = [
	["max_turns", "maxTurns"],
	["max_tool_calls", "maxToolCalls"],
	["tool_timeout", "toolTimeout"],
	["total_timeout", "totalTimeout"],
	["max_cost", "maxCost"],
] as const;

/**
 * Plans `tool_loop`.
 * @returns undefined where there is none: absent, false, and an empty map, which is a plain call
 */
export function planToolLoop(value: unknown, path: DocumentPath, scope: BuildScope): ToolLoopPlan | undefined {
	if (value === true) return {};
	if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
	const numbers: Partial<Record<(typeof numberKeys)[number][1], Structure>> = {};
	for (const [key, name] of numberKeys) {
		const found = own(value, key);
		if (found !== undefined) numbers[name] = planStructure(found, [...path, key], scope);
	}
	const allowedTools = names(own(value, "allowed_tools"));
	const deniedTools = names(own(value, "denied_tools"));
	return { ...numbers, ...(allowedTools && { allowedTools }), ...(deniedTools && { deniedTools }) };
}

function names(value: unknown): string[] | undefined {
	return Array.isArray(value) ? value.filter((name): name is string => typeof name === "string") : undefined;
}
