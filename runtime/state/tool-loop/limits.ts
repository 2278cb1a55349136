/** The limits of a tool loop: numbers, or templates that give numbers (spec section 12.1). */
import type { Structure, ToolLoopPlan } from "../../../compiler/plan/plan.ts";
import { allowedOf, type ToolPermission } from "../../tools/permission.ts";
import { ValueError } from "../errors.ts";

/** 0 = no limit. */
export interface ToolLoopLimits {
	readonly maxTurns: number;
	readonly maxToolCalls: number;
	/** Seconds. */
	readonly toolTimeout: number;
	/** Seconds. */
	readonly totalTimeout: number;
	/** US dollars. */
	readonly maxCost: number;
	readonly permission: ToolPermission;
}

/**
 * Renders the limits.
 * @param offered the only tools that the state has; absent = those that `plan` allows
 * @throws ValueError for a text that is no number, TypeError for null and what is neither; ExpressionError
 */
export function toolLoopLimits(
	plan: ToolLoopPlan,
	render: (structure: Structure) => unknown,
	offered?: readonly string[],
): ToolLoopLimits {
	const read = (
		key: string,
		structure: Structure | undefined,
		cast: (key: string, value: unknown) => number,
	): number => (structure === undefined ? 0 : cast(key, render(structure)));
	return {
		maxTurns: read("max_turns", plan.maxTurns, toInteger),
		maxToolCalls: read("max_tool_calls", plan.maxToolCalls, toInteger),
		toolTimeout: read("tool_timeout", plan.toolTimeout, toNumber),
		totalTimeout: read("total_timeout", plan.totalTimeout, toNumber),
		maxCost: read("max_cost", plan.maxCost, (key, value) => (value === null ? 0 : toNumber(key, value))),
		permission: { allowed: offered ?? allowedOf(plan.allowedTools), denied: plan.deniedTools ?? [] },
	};
}

const integerText = /^[+-]?\d+(?:_\d+)*$/;
const numberText = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;

/** As Python's `int()`. */
function toInteger(key: string, value: unknown): number {
	if (typeof value === "string") return fromText(key, value, integerText, "a whole number");
	return Math.trunc(fromNumber(key, value));
}

/** As Python's `float()`. */
function toNumber(key: string, value: unknown): number {
	return typeof value === "string" ? fromText(key, value, numberText, "a number") : fromNumber(key, value);
}

function fromText(key: string, text: string, form: RegExp, what: string): number {
	if (form.test(text.trim())) return Number(text.trim().replaceAll("_", ""));
	throw new ValueError(`\`tool_loop.${key}\` must be ${what}, but its template gives ${JSON.stringify(text)}.`);
}

function fromNumber(key: string, value: unknown): number {
	if (typeof value === "boolean") return Number(value);
	if (typeof value === "number" && Number.isFinite(value)) return value;
	throw new TypeError(`\`tool_loop.${key}\` must be a number, but is ${value === null ? "null" : typeof value}.`);
}
