/** Proposes what makes a template, or something inside of a structure of templates, render to a certain value. */
import type { Statement } from "../../../compiler/expression/nodes.ts";
import type { PlannedTemplate, Structure } from "../../../compiler/plan/plan.ts";
import { type Assignment, distinct, identical, NOTHING, product, setting } from "./assignments.ts";
import { invert } from "./invert.ts";
import { preimagesOfText } from "./invert-filter.ts";
import { ABSENT, type Path } from "./paths.ts";
import { propose, type Unknowns } from "./propose.ts";

/** What is known beside the unknowns: whether a rendered text that is JSON becomes its value. */
export interface StructureUnknowns extends Unknowns {
	readonly parsesRendered: boolean;
}

/** Proposals for what stands at `rest` inside of the rendered structure to be `value`. */
export function invertStructure(
	structure: Structure,
	rest: Path,
	value: unknown,
	unknowns: StructureUnknowns,
): Assignment[] {
	const [key, ...below] = rest;
	switch (structure.kind) {
		case "constant":
			return rest.length === 0 && identical(structure.value, value) ? [NOTHING] : [];
		case "template":
			return invertTemplate(structure, rest, value, unknowns);
		case "list": {
			if (key === undefined) {
				if (!Array.isArray(value) || value.length !== structure.items.length) return [];
				return allOf(structure.items.map((item, index) => invertStructure(item, [], value[index], unknowns)));
			}
			const item = typeof key === "number" ? structure.items.at(key) : undefined;
			return item === undefined ? [] : invertStructure(item, below, value, unknowns);
		}
		case "map": {
			if (key === undefined) return [];
			const entry = structure.entries.find(([name]) => name === key)?.[1];
			return entry === undefined ? [] : invertStructure(entry, below, value, unknowns);
		}
	}
}

function allOf(each: readonly (readonly Assignment[])[]): Assignment[] {
	return each.reduce<Assignment[]>((all, one) => product(all, one), [NOTHING]);
}

function invertTemplate(
	{ node, text }: PlannedTemplate,
	rest: Path,
	value: unknown,
	unknowns: StructureUnknowns,
): Assignment[] {
	switch (node.kind) {
		case "literal":
			return rest.length === 0 && node.text === value ? [NOTHING] : [];
		case "path": {
			const path = [node.root, ...node.keys, ...rest];
			return unknowns.isFree(path) ? [setting(path, value)] : [];
		}
		case "jinja":
			return invertText(node.body, rest, value, unknowns);
		case "liquid": {
			// Liquid has no tree here: the paths that a plain `{{ path }}` reads are all that can be followed.
			const path = /^\s*\{\{\s*([\w.]+)\s*(?:\|[^}]*)?\}\}\s*$/.exec(text)?.[1]?.split(".");
			return path !== undefined && unknowns.isFree(path)
				? wanted(rest, value, unknowns).map((one) => setting(path, one))
				: [];
		}
	}
}

/** Values that print as what is wanted; under `parsesRendered` the text may be JSON. */
function wanted(rest: Path, value: unknown, { parsesRendered }: StructureUnknowns): readonly unknown[] {
	if (value === ABSENT) return [null];
	const whole = rest.reduceRight<unknown>(
		(inner, key) =>
			typeof key === "number" ? Array(key < 0 ? 1 : Math.min(key, 50) + 1).fill(inner) : { [key]: inner },
		value,
	);
	if (!parsesRendered) return rest.length === 0 ? preimagesOfText(value) : [];
	return typeof whole === "string" ? preimagesOfText(whole) : [whole, JSON.stringify(whole)];
}

function invertText(body: readonly Statement[], rest: Path, value: unknown, unknowns: StructureUnknowns): Assignment[] {
	const inTemplate: Unknowns = { ...unknowns, door: "template" };
	const targets = wanted(rest, value, unknowns);
	const visible = withoutBlankEnds(body);
	const [only] = visible;
	if (visible.length === 1 && only !== undefined) {
		return distinct(targets.flatMap((target) => invertStatement(only, target, inTemplate)));
	}
	const text = typeof value === "string" ? value : undefined;
	return distinct([
		...(text === undefined ? [] : invertSequence(visible, text, inTemplate)),
		// As it is seen through each of its parts: forward trial tells whether that is enough.
		...visible.flatMap((part) => targets.flatMap((target) => invertStatement(part, target, inTemplate))),
	]);
}

function withoutBlankEnds(body: readonly Statement[]): readonly Statement[] {
	const isVisible = (part: Statement): boolean => part.kind !== "text" || part.text.trim() !== "";
	const first = body.findIndex(isVisible);
	return first === -1 ? [] : body.slice(first, body.findLastIndex(isVisible) + 1);
}

function invertStatement(statement: Statement, value: unknown, unknowns: Unknowns): Assignment[] {
	switch (statement.kind) {
		case "text":
			return statement.text.trim() === value ? [NOTHING] : [];
		case "print":
			return invert(statement.expression, value, unknowns);
		case "if": {
			const proposals: Assignment[] = [];
			let before: Assignment[] = [NOTHING];
			for (const { test, body } of statement.branches) {
				const here = product(before, propose(test, true, unknowns));
				proposals.push(...product(here, invertBody(body, value, unknowns)));
				before = product(before, propose(test, false, unknowns));
			}
			if (statement.otherwise !== null) {
				proposals.push(...product(before, invertBody(statement.otherwise, value, unknowns)));
			} else if (value === "") proposals.push(...before);
			return distinct(proposals);
		}
		default:
			return [];
	}
}

function invertBody(body: readonly Statement[], value: unknown, unknowns: Unknowns): Assignment[] {
	const visible = withoutBlankEnds(body);
	if (visible.length === 0) return value === "" ? [NOTHING] : [];
	const [only] = visible;
	if (visible.length === 1 && only !== undefined) return invertStatement(only, value, unknowns);
	return typeof value === "string" ? invertSequence(visible, value, unknowns) : [];
}

/** So many ways to share a text between two parts are tried. */
const MOST_CUTS = 12;

/** `{{ a }}: {{ b }}` from `Score: 8`: the texts of the template cut it, and what is left is shared between the other parts. */
function invertSequence(parts: readonly Statement[], value: string, unknowns: Unknowns, isFirst = true): Assignment[] {
	const [part, ...rest] = parts;
	if (part === undefined) return value.trim() === "" ? [NOTHING] : [];
	if (part.kind === "text") {
		const text = isFirst ? part.text.trimStart() : part.text;
		const given = rest.length === 0 ? text.trimEnd() : text;
		return value.startsWith(given) ? invertSequence(rest, value.slice(given.length), unknowns, false) : [];
	}
	return distinct(
		cutsBefore(rest, value).flatMap((cut) => {
			const targets = preimagesOfText(value.slice(0, cut));
			const here = targets.flatMap((target) => invertStatement(part, target, unknowns));
			return here.length === 0 ? [] : product(here, invertSequence(rest, value.slice(cut), unknowns, false));
		}),
	);
}

/** Where the text may be cut for `rest` to be behind the cut. */
function cutsBefore([next, ...more]: readonly Statement[], value: string): readonly number[] {
	if (next === undefined) return [value.length];
	const given = next.kind === "text" ? (more.length === 0 ? next.text.trimEnd() : next.text) : "";
	const cuts: number[] = [];
	for (let cut = value.indexOf(given); cut !== -1 && cut <= value.length; cut = value.indexOf(given, cut + 1)) {
		cuts.push(cut);
		if (cuts.length >= MOST_CUTS || cut >= value.length) break;
	}
	return cuts;
}
