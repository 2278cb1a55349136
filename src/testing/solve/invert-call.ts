/** Inverses of method calls in templates: `x.lower()`, `x.startswith("ok")`, `x.get("key")`. */
import type { Expression } from "../../../compiler/expression/nodes.ts";
import { matchOf } from "../solve/matching-text.ts";
import { type Assignment, distinct } from "./assignments.ts";
import { invert } from "./invert.ts";
import { type Unknowns, valueNow } from "./propose.ts";

/** Proposals for a call to give `value`. */
export function invertCall(
	node: Extract<Expression, { kind: "call" }>,
	value: unknown,
	unknowns: Unknowns,
): Assignment[] {
	const { callee, args } = node;
	if (callee.kind !== "attribute") return [];
	const [argument] = args;
	const given = argument && valueNow(argument, unknowns);
	const first = given?.failed === false ? given.value : undefined;
	return distinct(objectsOf(callee.name, value, first).flatMap((object) => invert(callee.object, object, unknowns)));
}

function objectsOf(method: string, value: unknown, argument: unknown): readonly unknown[] {
	const text = typeof argument === "string" ? argument : "";
	switch (method) {
		case "startswith":
			return value === true ? [text, `${text} and more`] : ["#", "", `#${text}`];
		case "endswith":
			return value === true ? [text, `more ${text}`] : ["#", "", `${text}#`];
		case "lower":
			return typeof value === "string" ? [value, value.toUpperCase()] : [];
		case "upper":
			return typeof value === "string" ? [value.toLowerCase(), value] : [];
		case "isdigit":
			return value === true ? ["7"] : ["x", ""];
		case "isalpha":
			return value === true ? ["x"] : ["7", ""];
		case "matches": {
			const match = matchOf(text);
			return value === true ? (match === undefined ? [] : [match]) : ["", "#"];
		}
		case "get":
			return [{ [text]: value }];
		case "split":
			return Array.isArray(value) ? [value.join(typeof argument === "string" ? argument : " ")] : [];
		case "join":
			return [];
		case "count":
			return typeof value === "number" && value >= 0 && value <= 100
				? [text.repeat(value), Array(value).fill(argument)]
				: [];
		case "find":
			return typeof value === "number" && value >= 0 && value <= 100 ? ["#".repeat(value) + text] : ["#"];
		default:
			return typeof value === "boolean" ? [] : [value];
	}
}
