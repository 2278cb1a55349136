/** Values on both sides of a comparison: the constant, what lies just beside it, and what is of another type. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type CompareOperator, pythonEquals } from "../../../compiler/expression/index.ts";

/** Values that are true or false by themselves, most usual first. */
export function byTruth(wanted: boolean): readonly unknown[] {
	return wanted ? [true, "yes", 1, ["an item"], { key: "value" }] : [false, null, "", 0, [], {}];
}

/** Something of the same type that is not equal. */
export function unlike(value: unknown): readonly unknown[] {
	if (typeof value === "number") return [value + 1, value - 1, null, 0];
	if (typeof value === "string") return [value === "other" ? "another" : "other", ...unlikeWord(value), "", null];
	if (typeof value === "boolean") return [!value, null];
	if (value === null || value === undefined) return ["something", 1, true, ["an item"]];
	if (Array.isArray(value)) return [[...value, "an item"], [], null];
	return isRecord(value) ? [{ ...value, other: "other" }, {}, null] : [null];
}

/** Where a text is what a template made of another type: what it makes of another value. */
function unlikeWord(text: string): readonly string[] {
	if (text === "True" || text === "False") return [text === "True" ? "False" : "True", "None"];
	if (text === "None") return ["True", "1"];
	return /^-?\d+(?:\.\d+)?$/.test(text) ? [String(Number(text) + 1), String(Number(text) - 1)] : [];
}

/** Values of `x` for which `x operator bound` is what is wanted; some may miss, as they are tried. */
export function valuesFor(operator: CompareOperator, bound: unknown, wanted: boolean): readonly unknown[] {
	switch (operator) {
		case "==":
		case "is":
			return wanted ? [bound] : unlike(bound);
		case "!=":
		case "is not":
			return wanted ? unlike(bound) : [bound];
		case "<":
			return wanted ? below(bound) : atLeast(bound);
		case ">=":
			return wanted ? atLeast(bound) : below(bound);
		case ">":
			return wanted ? above(bound) : atMost(bound);
		case "<=":
			return wanted ? atMost(bound) : above(bound);
		case "in":
			return wanted ? members(bound) : strangers(bound);
		case "not in":
			return wanted ? strangers(bound) : members(bound);
	}
}

/**
 * Containers `x` for which `item in x` is what is wanted.
 * @param now what `x` is at present: others of its type come first
 */
export function containersFor(item: unknown, wanted: boolean, now?: unknown): readonly unknown[] {
	if (!wanted) return [[], ...(typeof item === "string" ? ["other", ""] : []), ["an item"], {}];
	if (typeof item !== "string") return [[item]];
	const texts = [item, `a ${item} b`];
	return typeof now === "string" ? [...texts, [item], { [item]: true }] : [[item], ...texts, { [item]: true }];
}

/** The operator with its sides exchanged; undefined for membership. */
export function mirrored(operator: CompareOperator): CompareOperator | undefined {
	switch (operator) {
		case "<":
			return ">";
		case ">":
			return "<";
		case "<=":
			return ">=";
		case ">=":
			return "<=";
		case "in":
		case "not in":
			return undefined;
		default:
			return operator;
	}
}

function below(bound: unknown): readonly unknown[] {
	if (typeof bound === "number") {
		const whole = Math.ceil(bound) - 1;
		return [whole, roundedDown(bound), whole - 1, 0, null];
	}
	if (typeof bound === "string") return [justBelow(bound), ""];
	if (typeof bound === "boolean") return [0, -1];
	return Array.isArray(bound) ? [bound.slice(0, -1), []] : [0, ""];
}

function above(bound: unknown): readonly unknown[] {
	if (typeof bound === "number") {
		const whole = Math.floor(bound) + 1;
		return [whole, roundedUp(bound), whole + 1];
	}
	if (typeof bound === "string") return [`${bound}~`, "~"];
	if (typeof bound === "boolean") return [2];
	return Array.isArray(bound) ? [[...bound, "an item"]] : [1, "other"];
}

function atLeast(bound: unknown): readonly unknown[] {
	return typeof bound === "number" ? [bound, Math.ceil(bound), ...above(bound)] : [bound, ...above(bound)];
}

function atMost(bound: unknown): readonly unknown[] {
	return typeof bound === "number" ? [bound, Math.floor(bound), ...below(bound)] : [bound, ...below(bound)];
}

/** A float just beside the bound that still reads well: 0.79 beside 0.8, 7.5 beside 8. */
function roundedDown(bound: number): number {
	return Number((bound - stepOf(bound)).toPrecision(12));
}

function roundedUp(bound: number): number {
	return Number((bound + stepOf(bound)).toPrecision(12));
}

function stepOf(bound: number): number {
	if (Number.isInteger(bound)) return 0.5;
	const digits = String(bound).split(".")[1]?.length ?? 0;
	return digits > 10 ? Math.abs(bound) * 1e-9 : 10 ** -(digits + 1);
}

/** The text before this one, as far as it can be written. */
function justBelow(text: string): string {
	return text.slice(0, -1);
}

function members(container: unknown): readonly unknown[] {
	if (Array.isArray(container)) return container.slice(0, 6);
	if (typeof container === "string") return container === "" ? [""] : [container, container.slice(0, 1), ""];
	return isRecord(container) ? Object.keys(container).slice(0, 6) : [];
}

function strangers(container: unknown): readonly unknown[] {
	if (typeof container === "string") return [`${container}other`, "other", "#"];
	const items: readonly unknown[] = Array.isArray(container)
		? container
		: isRecord(container)
			? Object.keys(container)
			: [];
	const first = items[0];
	const options = [...(first === undefined ? ["other"] : unlike(first)), "other", null, ""];
	return options.filter((option) => !items.some((item) => pythonEquals(item, option)));
}
