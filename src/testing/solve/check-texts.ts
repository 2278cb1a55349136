/** Answers that the checks of key results ask for: texts that are long enough, and hold what is looked for. */
import { childrenOf, pathOf } from "../../../compiler/checks/visit.ts";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { constantOf, type Expression } from "../../../compiler/expression/index.ts";
import type { StatePlan } from "../../../compiler/plan/plan.ts";
import { evaluate } from "./evaluate.ts";
import { matchOf } from "./matching-text.ts";
import { setAt } from "./paths.ts";

type Context = Readonly<Record<string, unknown>>;

/** Longer texts are not made. */
const longest = 20_000;

/** What is asked of the text at one path below `output`. */
interface Wanted {
	readonly path: readonly string[];
	readonly pieces: string[];
	length: number;
}

/**
 * Answers for the work of a state: `base` with texts that all checks may pass, and that none may.
 * @param base an answer that asks for nothing in particular
 */
export function answersForChecks({ keyResults }: StatePlan, base: unknown, context: Context): readonly unknown[] {
	const wanted = new Map<string, Wanted>();
	for (const { check } of keyResults?.items ?? []) {
		if (check.kind !== "expression" || check.condition.node.kind !== "simple") continue;
		const { expression } = check.condition.node;
		if (expression !== null) collect(expression, context, wanted);
	}
	if (wanted.size === 0) return [];
	const empty = isRecord(base) ? base : {};
	const all = [...wanted.values()];
	const withTexts = (textOf: (one: Wanted) => string): unknown =>
		all.reduce<unknown>((answer, one) => setAt(answer, one.path, textOf(one)), empty);
	return [withTexts(({ pieces, length }) => pieces.join(" ").padEnd(length, "x")), withTexts(() => "")];
}

function collect(node: Expression, context: Context, wanted: Map<string, Wanted>): void {
	if (node.kind === "not") return;
	if (node.kind === "compare") {
		const [only] = node.rest;
		const bound = only && constantOf(only.right)?.value;
		const least = only?.operator === ">" ? 1 : only?.operator === ">=" || only?.operator === "==" ? 0 : undefined;
		if (typeof bound === "number") collectCall(node.left, least === undefined ? 0 : bound + least, context, wanted);
	}
	if (node.kind === "call") collectCall(node, 1, context, wanted);
	else for (const child of childrenOf(node)) collect(child, context, wanted);
}

/** @param times how long the text must be, or how often it must hold the second argument */
function collectCall(node: Expression, times: number, context: Context, wanted: Map<string, Wanted>): void {
	if (node.kind !== "call" || node.callee.kind !== "name") return;
	const [first, second] = node.args;
	const path = first && textPath(first);
	if (path === undefined) return;
	const one = wanted.get(path.join(".")) ?? { path, pieces: [], length: 0 };
	wanted.set(path.join("."), one);
	const name = node.callee.name;
	if (name === "size") one.length = Math.min(longest, Math.max(one.length, times));
	const given = second && evaluate(second, "condition", { context, input: context, output: null });
	const piece = given && !given.failed && typeof given.value === "string" ? given.value : undefined;
	if (piece === undefined || piece === "") return;
	if (name === "contains") one.pieces.push(piece);
	if (name === "count") one.pieces.push(piece.repeat(Math.min(times, Math.floor(longest / piece.length))));
	if (name === "matches") one.pieces.unshift(matchOf(piece.replace(/^\^|\$$/g, "")) ?? "");
}

/** Where a text stands below `output`, through `text(…)` and `trim(…)`; `output` itself is an answer's `content`. */
function textPath(node: Expression): readonly string[] | undefined {
	if (node.kind === "call") return node.args[0] && textPath(node.args[0]);
	const path = pathOf(node);
	if (path?.[0] !== "output") return undefined;
	return path.length === 1 ? ["content"] : path.slice(1);
}
