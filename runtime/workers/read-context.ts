/** Reads what worker actions need from a context, which may have anything. */
import { own } from "../../compiler/document/plain-data.ts";
import { ValueError } from "../state/errors.ts";

type Values = Readonly<Record<string, unknown>>;

/** A text or a number as text; undefined where there is nothing. @throws ValueError */
export function optionalText(context: Values, action: string, key: string): string | undefined {
	const value = own(context, key);
	if (value === undefined || value === null || value === "") return undefined;
	if (typeof value === "string") return value;
	if (typeof value === "number") return String(value);
	throw new ValueError(`Action \`${action}\`: expected \`context.${key}\` to be text, got ${kindOf(value)}.`);
}

/** @throws ValueError where it is missing */
export function requiredText(context: Values, action: string, key: string): string {
	const value = optionalText(context, action, key);
	if (value !== undefined) return value;
	throw new ValueError(
		`Action \`${action}\` needs \`context.${key}\`. Set it in an earlier state or in \`data.context\`.`,
	);
}

/** A number, or text that is one. @throws ValueError */
export function numberOr(context: Values, action: string, key: string, otherwise: number): number {
	const value = own(context, key);
	if (value === undefined || value === null || value === "") return otherwise;
	const number = typeof value === "string" ? Number(value) : value;
	if (typeof number === "number" && Number.isFinite(number)) return number;
	throw new ValueError(`Action \`${action}\`: expected \`context.${key}\` to be a number, got ${kindOf(value)}.`);
}

/** The same without what is behind the point. @throws ValueError */
export function wholeOr(context: Values, action: string, key: string, otherwise: number): number {
	return Math.trunc(numberOr(context, action, key, otherwise));
}

/** A list; an empty one where there is nothing. @throws ValueError */
export function listOf(context: Values, action: string, key: string): readonly unknown[] {
	const value = own(context, key);
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value;
	throw new ValueError(`Action \`${action}\`: expected \`context.${key}\` to be a list, got ${kindOf(value)}.`);
}

function kindOf(value: unknown): string {
	return typeof value === "object" ? "an object" : `\`${String(value).slice(0, 50)}\``;
}
