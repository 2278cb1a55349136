/**
 * Classes of values: what no condition can tell apart, as far as one can say without looking at each. They keep counters and
 * growing lists from making a search endless, and still let it count as far as conditions do.
 */

import { childrenOf } from "../../../../compiler/checks/visit.ts";
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { Expression } from "../../../../compiler/expression/index.ts";
import type { MachinePlan } from "../../../../compiler/plan/plan.ts";

/** Up to where values are told apart one by one. */
export interface Bounds {
	readonly lowest: number;
	readonly highest: number;
	/** Of texts, in characters, and of lists. */
	readonly length: number;
}

/** Numbers beyond these are never counted up to. */
const countable = 5000;
const longestText = 48;
const longestList = 64;
/** Characters of a value as JSON that are compared. */
const longestValue = 160;

/**
 * The bounds of a machine: a little beyond every number that it is written with or started with.
 * @param given contexts and inputs that runs start with
 */
export function boundsOf(plan: MachinePlan, given: readonly unknown[]): Bounds {
	const numbers = new Set<number>([0, 1]);
	for (const { transitions } of plan.states) {
		for (const { when } of transitions) {
			if (when === undefined || when === "never") continue;
			if (when.node.kind === "cel")
				for (const [number] of when.text.matchAll(/\d+(?:\.\d+)?/g)) numbers.add(Number(number));
			else if (when.node.expression) collectLiterals(when.node.expression, numbers);
		}
	}
	for (const value of given) collectNumbers(value, numbers, 3);
	const near = [...numbers].filter((number) => Math.abs(number) <= countable);
	const lowest = Math.floor(Math.min(...near)) - 2;
	const highest = Math.ceil(Math.max(...near)) + 2;
	return { lowest, highest, length: Math.min(longestList, highest + 2) };
}

function collectLiterals(node: Expression, numbers: Set<number>): void {
	if (node.kind === "unary" && node.operand.kind === "literal" && typeof node.operand.value === "number") {
		numbers.add(-node.operand.value);
	}
	if (node.kind === "literal") collectNumbers(node.value, numbers, 0);
	for (const child of childrenOf(node)) collectLiterals(child, numbers);
}

function collectNumbers(value: unknown, numbers: Set<number>, depth: number): void {
	if (typeof value === "number" && Number.isFinite(value)) numbers.add(value);
	else if (typeof value === "string" && /^-?\d{1,6}$/.test(value)) numbers.add(Number(value));
	else if (depth > 0 && Array.isArray(value)) for (const item of value) collectNumbers(item, numbers, depth - 1);
	else if (depth > 0 && isRecord(value))
		for (const item of Object.values(value)) collectNumbers(item, numbers, depth - 1);
}

/** The class of a value, as a text. */
export function classOf(value: unknown, bounds: Bounds, depth = 2): string {
	switch (typeof value) {
		case "number":
			return numberClass(value, bounds);
		case "string":
			return textClass(value, bounds);
		case "object":
			if (value === null) return "null";
			if (Array.isArray(value)) return listClass(value, bounds, depth);
			return isRecord(value) ? mapClass(value, bounds, depth) : "object";
		case "undefined":
			return "null";
		default:
			return String(value);
	}
}

function numberClass(value: number, { lowest, highest }: Bounds): string {
	if (value < lowest) return "low";
	if (value > highest) return "high";
	return String(Math.round(value * 100) / 100);
}

function textClass(value: string, bounds: Bounds): string {
	if (/^-?\d{1,15}$/.test(value)) return `text ${numberClass(Number(value), bounds)}`;
	if (value.length <= longestText) return JSON.stringify(value);
	return `text ${Math.min(value.length, Math.max(bounds.length, longestText + 1))} ${JSON.stringify(value.slice(0, 8))}`;
}

function listClass(value: readonly unknown[], bounds: Bounds, depth: number): string {
	const size = value.length > bounds.length ? "many" : String(value.length);
	if (depth === 0) return `list ${size}`;
	const items = value.slice(0, 4).map((item) => classOf(item, bounds, depth - 1));
	return shortened(`[${size}: ${items.join(",")}]`);
}

function mapClass(value: Readonly<Record<string, unknown>>, bounds: Bounds, depth: number): string {
	const keys = Object.keys(value).sort();
	if (depth === 0) return `map ${keys.length}`;
	return shortened(`{${keys.map((key) => `${key}:${classOf(value[key], bounds, depth - 1)}`).join(",")}}`);
}

function shortened(text: string): string {
	return text.length > longestValue ? text.slice(0, longestValue) : text;
}
