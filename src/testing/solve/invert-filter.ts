/** Inverses of filters: what to put in so that `x | filter` gives a certain value. */
import { type Expression, pythonEquals, toPythonJson } from "../../../compiler/expression/index.ts";
import { type Assignment, distinct } from "./assignments.ts";
import { invert } from "./invert.ts";
import { ABSENT } from "./paths.ts";
import { settingOf, type Unknowns, valueNow } from "./propose.ts";

type Filter = Extract<Expression, { kind: "filter" }>;

/** Proposals for a filter to give `value`. */
export function invertFilter(node: Filter, value: unknown, unknowns: Unknowns): Assignment[] {
	const [argument] = node.args;
	const given = argument && valueNow(argument, unknowns);
	const first = given?.failed === false ? given.value : undefined;
	const inputs = inputsOf(node, value, first);
	const proposals = inputs.flatMap((input) => invert(node.input, input, unknowns));
	if (node.name === "default" || node.name === "d") {
		if (pythonEquals(first ?? "", value)) proposals.unshift(...settingOf(node.input, ABSENT, unknowns));
	}
	return distinct(proposals);
}

function inputsOf(node: Filter, value: unknown, argument: unknown): readonly unknown[] {
	switch (node.name) {
		case "int":
		case "round":
			return typeof value === "number" ? [value, String(value), ...(value === 0 ? ["none"] : [])] : [];
		case "float":
			return typeof value === "number" ? [value, String(value)] : [];
		case "abs":
			return typeof value === "number" ? [value, -value] : [];
		case "string":
			return preimagesOfText(value);
		case "trim":
		case "striptags":
		case "safe":
		case "e":
		case "escape":
		case "truncate":
		case "indent":
		case "replace":
			return [value];
		case "lower":
			return typeof value === "string" ? [value, value.toUpperCase()] : [];
		case "upper":
			return typeof value === "string" ? [value.toLowerCase(), value] : [];
		case "title":
		case "capitalize":
			return typeof value === "string" ? [value.toLowerCase()] : [];
		case "length":
		case "count":
			return typeof value === "number" ? ofLength(value) : [];
		case "wordcount":
			return typeof value === "number" && value >= 0 && value <= 1000 ? [Array(value).fill("word").join(" ")] : [];
		case "first":
		case "last":
		case "min":
		case "max":
			return [[value]];
		case "sum":
			return typeof value === "number" ? summing(node, value) : [];
		case "join":
			return typeof value === "string"
				? [[value], ...(typeof argument === "string" && argument !== "" ? [value.split(argument)] : [])]
				: [];
		case "tojson":
			return typeof value === "string" ? parsed(value) : [];
		case "fromjson":
			return [toPythonJson(value)];
		case "list":
		case "sort":
		case "unique":
			return [value];
		case "reverse":
			return Array.isArray(value)
				? [[...value].reverse()]
				: typeof value === "string"
					? [[...value].reverse().join("")]
					: [];
		case "select":
			return Array.isArray(value) ? [value.map((item) => item || true)] : [];
		case "selectattr":
			return Array.isArray(value) ? chosenItems(value, argument, testedValue(node), false) : [];
		case "rejectattr":
			return Array.isArray(value) ? chosenItems(value, argument, false, testedValue(node)) : [];
		case "map": {
			const [, attribute] = node.named.find(([name]) => name === "attribute") ?? [];
			const name = attribute?.kind === "literal" ? attribute.value : undefined;
			return Array.isArray(value) ? [name === undefined ? value : value.map((item) => attributeItem(name, item))] : [];
		}
		default:
			return [value];
	}
}

/** Values that print as this text. */
export function preimagesOfText(value: unknown): readonly unknown[] {
	if (typeof value !== "string") return [value];
	const words: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
	const word = Object.hasOwn(words, value) ? [words[value]] : [];
	const number = /^-?\d+(?:\.\d+)?$/.test(value) ? [Number(value)] : [];
	const json = /^[[{]/.test(value) ? parsed(value) : [];
	return [...word, ...number, value, ...json];
}

function parsed(text: string): readonly unknown[] {
	try {
		const value: unknown = JSON.parse(text);
		return [value];
	} catch {
		// No JSON, so nothing gives this text.
		return [];
	}
}

const LONGEST = 200;

/** Lists and texts with so many items. */
function ofLength(length: number): readonly unknown[] {
	if (!Number.isInteger(length) || length < 0 || length > LONGEST) return [];
	const items = Array.from({ length }, (_, index) => `item ${index + 1}`);
	return [items, "x".repeat(length)];
}

function summing(node: Filter, total: number): readonly unknown[] {
	const [, attribute] = node.named.find(([name]) => name === "attribute") ?? [];
	const name = attribute?.kind === "literal" ? attribute.value : undefined;
	const items = total === 0 ? [] : [total];
	return [name === undefined ? items : items.map((item) => attributeItem(name, item))];
}

/** A list of which as many items are chosen; of none, also one with an item that is not. */
function chosenItems(
	items: readonly unknown[],
	attribute: unknown,
	chosen: unknown,
	other: unknown,
): readonly unknown[] {
	if (items.length === 0) return [[attributeItem(attribute, other)], []];
	return [items.map(() => attributeItem(attribute, chosen))];
}

function attributeItem(name: unknown, value: unknown): Readonly<Record<string, unknown>> {
	return { [String(name)]: value };
}

/** `selectattr("status", "equalto", "ok")`: the value that its test asks for. */
function testedValue({ args }: Filter): unknown {
	const [, , wanted] = args;
	return wanted?.kind === "literal" ? wanted.value : true;
}
