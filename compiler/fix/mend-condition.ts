/** Rewrites a condition that was written in JavaScript's or a template's manner into the condition language. */
import { ExpressionSyntaxError } from "../expression/errors.ts";
import { parseCondition } from "../expression/parse-condition.ts";

const REWRITES: readonly (readonly [RegExp, string])[] = [
	[/^!==/, "!="],
	[/^===/, "=="],
	[/^&&/, "and"],
	[/^\|\|/, "or"],
	[/^!(?!=)\s*/, "not "],
	[/^(?:==|!=|<=|>=)/, "$&"],
	[/^=/, "=="],
	[/^(?:undefined|NULL|Null|nil)\b/, "null"],
	[/^TRUE\b/, "true"],
	[/^FALSE\b/, "false"],
];

/** Texts in quotes, paths and numbers: what is inside of them is never rewritten. */
const KEPT = /^(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\w+(?:\.\w+)+|\d[\w.]*)/;

/**
 * @param text a condition that does not parse
 * @param engine of the machine; only the simple one is mended
 * @returns the mended condition, or undefined where it would still not parse
 */
export function mendCondition(text: string, engine: "simple" | "cel"): string | undefined {
	if (engine !== "simple") return undefined;
	const inner = /^\s*\{\{(.*)\}\}\s*$/s.exec(text)?.[1]?.trim() ?? text.trim();
	const mended = rewrite(inner).trim();
	if (mended === text) return undefined;
	try {
		parseCondition(mended, engine);
		return mended;
	} catch (error) {
		if (error instanceof ExpressionSyntaxError) return undefined;
		throw error;
	}
}

/** Replaces operators outside of quoted texts and words. */
function rewrite(text: string): string {
	let mended = "";
	let at = 0;
	while (at < text.length) {
		const rest = text.slice(at);
		const kept = KEPT.exec(rest)?.[0];
		if (kept !== undefined) {
			mended += kept;
			at += kept.length;
			continue;
		}
		const rule = REWRITES.find(([pattern]) => pattern.test(rest));
		const found = rule?.[0].exec(rest)?.[0] ?? /^\w+/.exec(rest)?.[0] ?? rest.slice(0, 1);
		mended += rule === undefined ? found : spaced(mended, found.replace(rule[0], rule[1]), rest.slice(found.length));
		at += found.length;
	}
	return mended;
}

/** Keeps words apart: `a&&b` becomes `a and b`. */
function spaced(before: string, word: string, after: string): string {
	const left = /\w$/.test(before) && /^\w/.test(word) ? " " : "";
	const right = /\w$/.test(word) && /^[\w"'(!]/.test(after) ? " " : "";
	return left + word + right;
}
