/**
 * Texts that a `{{ }}` template made and that are then compared with a number, tested for truth, or looped over
 * (decisions: Templates). Each diagnostic names both places; where a bare path would mend it, the fix writes it.
 */
import type { Code } from "../diagnostics/codes.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { DocumentPath } from "../document/document.ts";
import type { CompareOperator, Expression } from "../expression/nodes.ts";
import type { StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { contextTypes, lookupIn } from "./context-types.ts";
import { inferExpression, inferStructure, type Lookup } from "./infer.ts";
import { conditionPlaces, statePlaces, templatesOf } from "./places.ts";
import {
	ANY,
	BOOLEAN,
	LIST,
	MAP,
	NULL,
	NUMBER,
	TEXT,
	type TextWriter,
	UNKNOWN,
	type ValueInfo,
} from "./value-types.ts";
import { childrenOf, expressionsOf, soleExpression } from "./visit.ts";

/** Where an expression stands and what its names are. */
interface Site {
	readonly machine: CheckedMachine;
	readonly path: DocumentPath;
	readonly text: string;
	readonly lookup: Lookup;
	readonly restricted: boolean;
}

export function checkTextTypes(machine: CheckedMachine): void {
	const types = contextTypes(machine);
	for (const state of machine.plan.states) {
		const known = types.get(state.name);
		if (known === undefined) continue;
		const before = lookupIn(machine, state, known.before);
		const after = lookupIn(machine, state, known.after);
		checkForeach(machine, state, before);
		for (const { template, path, role, names } of statePlaces(machine, state)) {
			const lookup = role === "final output" ? after : before;
			checkTemplate(siteOf(machine, path, template.text, hiding(lookup, names)), template.node);
		}
		for (const [key, structure] of state.outputToContext) {
			for (const { template, path } of templatesOf(
				structure,
				machine.path("states", state.name, "output_to_context", key),
			)) {
				checkTemplate(siteOf(machine, path, template.text, after), template.node);
			}
		}
		for (const { condition, path } of conditionPlaces(machine, state)) {
			if (condition.node.kind !== "simple" || condition.node.expression === null) continue;
			const site: Site = { machine, path, text: condition.text, lookup: after, restricted: true };
			checkExpression(site, condition.node.expression, true);
		}
	}
}

function siteOf(machine: CheckedMachine, path: DocumentPath, text: string, lookup: Lookup): Site {
	return { machine, path, text, lookup, restricted: false };
}

/** A lookup in which the element of `foreach` hides a variable of the same name. */
function hiding(lookup: Lookup, names: readonly string[]): Lookup {
	return (path) => (names.includes(path[0] ?? "") ? UNKNOWN : lookup(path));
}

function checkTemplate(site: Site, node: Parameters<typeof expressionsOf>[0]): void {
	for (const { expression, tested } of expressionsOf(node)) checkExpression(site, expression, tested);
}

/** @param tested whether the value of the expression is only asked for being true */
function checkExpression(site: Site, node: Expression, tested: boolean): void {
	if (node.kind === "compare") {
		let left = node.left;
		for (const { operator, right } of node.rest) {
			checkComparison(site, left, operator, right);
			left = right;
		}
	} else if (tested) checkTruth(site, node);
	const testedInside = node.kind === "not" || (node.kind === "logical" && (tested || site.restricted));
	for (const child of childrenOf(node)) {
		checkExpression(site, child, testedInside || (node.kind === "conditional" && child === node.test));
	}
}

const ORDER: readonly CompareOperator[] = ["<", "<=", ">", ">="];
const NOT_TEXT = NUMBER | BOOLEAN | LIST | MAP;

function checkComparison(site: Site, left: Expression, operator: CompareOperator, right: Expression): void {
	const isOrder = ORDER.includes(operator);
	if (!isOrder && operator !== "==" && operator !== "!=") return;
	const one = inferExpression(left, site.lookup, site.restricted);
	const other = inferExpression(right, site.lookup, site.restricted);
	checkNumbersAsTexts(site, left, isOrder, right, one, other);
	for (const [text, textInfo, value, valueInfo] of [
		[left, one, right, other] as const,
		[right, other, left, one] as const,
	]) {
		const made = textInfo.writers.length > 0;
		if ((textInfo.types & TEXT) === 0 || !(made || value.kind === "literal")) continue;
		const against = valueInfo.types & (isOrder || operator === "==" ? NOT_TEXT | NULL : NOT_TEXT);
		if (against === 0 || (text.kind === "literal" && !made)) continue;
		const certain = textInfo.types === TEXT && (valueInfo.types & (TEXT | ANY)) === 0;
		// A text that only may be null is usually asked for just that.
		if (!certain && (!made || (against & NOT_TEXT) === 0)) continue;
		reportComparison(site, { text, value, textInfo, isOrder, operator, certain, onlyNull: against === NULL });
		return;
	}
}

interface Clash {
	readonly text: Expression;
	readonly value: Expression;
	readonly textInfo: ValueInfo;
	readonly isOrder: boolean;
	readonly operator: CompareOperator;
	readonly certain: boolean;
	readonly onlyNull: boolean;
}

function reportComparison(site: Site, clash: Clash): void {
	const { text, value, textInfo, isOrder, operator, certain, onlyNull } = clash;
	const name = sourceOf(site, text);
	const effect = isOrder ? "fails when it runs" : `is always ${operator === "==" ? "false" : "true"}`;
	const is = certain ? "is" : "can be";
	const what =
		value.kind === "literal" ? `\`${sourceOf(site, value)}\`` : `\`${sourceOf(site, value)}\`, which is no text`;
	const why = onlyNull && !isOrder ? "; a template writes nothing as the text `None`" : "";
	const code: Code = certain && !(onlyNull && !isOrder) ? "FS5104" : "FS5105";
	reportWriters(site, code, clash.text.start < clash.value.start ? text : value, value.end > text.end ? value : text, {
		message: (made) =>
			`\`${name}\` ${is} a text${made}, so comparing it with ${what} ${certain ? effect : "can fail or take the wrong way"}${why}`,
		writers: textInfo.writers,
	});
}

/** Two texts that were numbers have the order of letters: `"9" > "10"`. */
function checkNumbersAsTexts(
	site: Site,
	left: Expression,
	isOrder: boolean,
	right: Expression,
	one: ValueInfo,
	other: ValueInfo,
): void {
	const numeric = (value: ValueInfo): boolean =>
		value.types === TEXT && value.writers.length > 0 && value.writers.every(({ inner }) => (inner & NUMBER) !== 0);
	if (!isOrder || one.types !== TEXT || other.types !== TEXT || !(numeric(one) || numeric(other))) return;
	reportWriters(site, "FS5108", left, right, {
		mend: false,
		message: () =>
			`\`${sourceOf(site, left)}\` and \`${sourceOf(site, right)}\` are numbers made into texts, and texts are compared letter by letter: \`9\` is more than \`10\``,
		writers: [...one.writers, ...other.writers],
	});
}

/** The text of `false`, `0` or nothing is `False`, `0` or `None`: not empty, hence true. */
function checkTruth(site: Site, node: Expression): void {
	const value = inferExpression(node, site.lookup, site.restricted);
	if ((value.types & TEXT) === 0) return;
	const suspicious = value.writers.filter(({ inner }) => inner !== 0 && inner !== TEXT && inner !== (TEXT | ANY));
	if (suspicious.length === 0) return;
	const surely = suspicious.some(({ inner }) => (inner & ~ANY & (BOOLEAN | NUMBER)) !== 0 && (inner & TEXT) === 0);
	const certain = surely && value.types === TEXT && suspicious.length === value.writers.length;
	reportWriters(site, certain ? "FS5106" : "FS5107", node, node, {
		message: (made) =>
			`\`${sourceOf(site, node)}\` ${certain ? "is" : "can be"} a text${made}, and the texts \`False\`, \`0\` and \`None\` are all true`,
		writers: suspicious,
	});
}

function checkForeach(machine: CheckedMachine, state: StatePlan, lookup: Lookup): void {
	const items = state.foreach?.items;
	if (items === undefined || items.kind === "list" || items.kind === "map") return;
	const path = machine.path("states", state.name, "foreach");
	const site = siteOf(machine, path, items.kind === "template" ? items.text : "", lookup);
	if (items.kind === "constant") {
		if (typeof items.value !== "string") return;
		const declared = machine.plan.context.some(([key]) => key === items.value);
		const better = declared ? `context.${items.value}` : undefined;
		const fix = better === undefined ? undefined : machine.replace(path, "value", better, `Write \`${better}\``);
		machine.report("FS4111", {
			path,
			at: "value",
			message: `\`foreach\` needs a list, and ${JSON.stringify(items.value)} is only a text`,
			suggestion: better === undefined ? "give a path such as `context.items`" : `did you mean \`${better}\`?`,
			...(fix && { fix }),
		});
		return;
	}
	if (items.kind !== "template") return;
	// `{{ expression }}` alone gives the expression's value here, not its text.
	const sole = soleExpression(items.node);
	const value = sole
		? inferExpression(sole, site.lookup, false)
		: inferStructure(items, path, site.lookup, machine.plan.parsesRendered);
	if (value.types !== TEXT) return;
	const writers = value.writers.filter((writer) => writer.path !== path);
	reportWriters(site, "FS4111", undefined, undefined, {
		message: (made) => `\`foreach\` needs a list, and \`${shortened(items.text.trim())}\` is a text${made}`,
		writers,
	});
}

interface WriterProblem {
	readonly message: (madeBy: string) => string;
	readonly writers: readonly TextWriter[];
	/** False where keeping the type on one side alone would only exchange one problem for another. */
	readonly mend?: false;
}

/** One diagnostic with a fix for each template, where bare paths can mend them all; else one without a fix. */
function reportWriters(
	site: Site,
	code: Code,
	from: Expression | undefined,
	to: Expression | undefined,
	problem: WriterProblem,
): void {
	const { machine, path } = site;
	const { writers, message } = problem;
	const related = writers.map((writer) => ({
		...machine.place(writer.path),
		message: `this template makes a text${writer.barePath === undefined ? "" : `; \`${writer.barePath}\` without braces keeps the type`}`,
	}));
	const detail = { path, at: "value", ...(from && to && { offsets: { start: from.start, end: to.end } }) } as const;
	const fixes = problem.mend === false ? [] : writers.map((writer) => bareFix(machine, writer));
	if (writers.length === 0 || fixes.length === 0 || fixes.includes(undefined)) {
		const suggestion = "keep the type with bare paths (without braces), or compare inside of a template";
		machine.report(code, {
			...detail,
			message: message(madeBy(writers)),
			...(writers.length > 0 && { suggestion, related }),
		});
		return;
	}
	for (const [index, writer] of writers.entries()) {
		const fix = fixes[index];
		const place = related[index];
		machine.report(code, {
			...detail,
			message: message(madeBy([writer])),
			suggestion: `write \`${String(writer.path[writer.path.length - 1])}: ${writer.barePath}\`, without braces`,
			...(place && { related: [place] }),
			...(fix && { fix }),
		});
	}
}

/** Puts the bare path in place of the template that makes a text of it. */
function bareFix(machine: CheckedMachine, writer: TextWriter): Fix | undefined {
	const { barePath } = writer;
	if (barePath === undefined) return undefined;
	return machine.replace(writer.path, "value", barePath, `Write \`${barePath}\` without braces, which keeps its type`);
}

function madeBy(writers: readonly TextWriter[]): string {
	const [first] = writers;
	return first === undefined ? "" : ` made by \`${shortened(first.text)}\``;
}

function sourceOf(site: Site, node: Expression): string {
	return shortened(site.text.slice(node.start, node.end).trim());
}

function shortened(text: string): string {
	const line = text.replace(/\s+/g, " ");
	return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
