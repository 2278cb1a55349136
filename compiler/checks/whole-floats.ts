/**
 * Floats without a fraction, such as `1.0`: plain data has only `1` for them, so a template prints `1` where the
 * reference prints `1.0`. Said only where a template may print the value.
 */
import type { DocumentPath } from "../document/document.ts";
import { isRecord } from "../document/plain-data.ts";
import { type Expression, references, type TemplateNode } from "../expression/index.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { statePlaces, templatesOf } from "./places.ts";
import { childrenOf, expressionsOf, pathOf } from "./visit.ts";

export function checkWholeFloats(machine: CheckedMachine): void {
	const stored: Found[] = [...floatsIn(machine, machine.data.context, machine.path("context"))];
	for (const state of machine.plan.states) {
		const written = machine.written(state);
		for (const key of ["input", "launch_input", "output_to_context"]) {
			if (!isRecord(written[key])) continue;
			const found = floatsIn(machine, written[key], machine.path("states", state.name, key));
			if (key === "output_to_context") stored.push(...found);
			// Prompts and children print what they are given.
			else for (const one of found) report(machine, one);
		}
	}
	if (stored.length === 0) return;
	const used = usedKeys(machine);
	for (const found of stored) {
		if (used === "all" || used.has(found.key)) report(machine, found);
	}
}

interface Found {
	readonly path: DocumentPath;
	/** As written. */
	readonly text: string;
	readonly value: number;
	/** The outermost key: the context key that holds it. */
	readonly key: string;
}

function* floatsIn(machine: CheckedMachine, map: unknown, path: DocumentPath): Generator<Found> {
	if (!isRecord(map)) return;
	for (const [key, value] of Object.entries(map)) {
		for (const [at, number] of wholeNumbersIn(value, [...path, key])) {
			const text = machine.sourceAt(at);
			if (text !== undefined && /^[-+]?[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?$/.test(text) && /[.eE]/.test(text)) {
				yield { path: at, text, value: number, key };
			}
		}
	}
}

function* wholeNumbersIn(value: unknown, path: DocumentPath): Generator<readonly [DocumentPath, number]> {
	if (typeof value === "number" && Number.isInteger(value)) yield [path, value];
	else if (Array.isArray(value)) {
		for (const [index, item] of value.entries()) yield* wholeNumbersIn(item, [...path, index]);
	} else if (isRecord(value)) {
		for (const [key, entry] of Object.entries(value)) yield* wholeNumbersIn(entry, [...path, key]);
	}
}

/** Context keys that templates print or pass on; a bare path in a final `output` does neither. */
function usedKeys(machine: CheckedMachine): ReadonlySet<string> | "all" {
	const keys = new Set<string>();
	for (const state of machine.plan.states) {
		const stores = state.outputToContext.flatMap(([, structure]) => [...templatesOf(structure, [])]);
		const others = [...statePlaces(machine, state)].filter(
			({ role, template }) => role !== "final output" || template.node.kind !== "path",
		);
		for (const { template } of [...stores, ...others]) {
			for (const [root, key] of pathsIn(template.node)) {
				if (root !== "context" && root !== "input") continue;
				if (key === undefined) return "all";
				keys.add(key);
			}
		}
	}
	return keys;
}

function* pathsIn(node: TemplateNode): Generator<readonly string[]> {
	if (node.kind === "path") yield [node.root, ...node.keys];
	else if (node.kind === "liquid") for (const { path } of references(node)) yield path;
	for (const { expression, tested } of expressionsOf(node)) if (!tested) yield* printedIn(expression);
}

/** Paths whose values show in what an expression prints. */
function* printedIn(node: Expression): Generator<readonly string[]> {
	const path = pathOf(node);
	if (path !== undefined) yield path;
	// A number that is compared, tested, or made a float or an integer looks the same either way.
	else if (!(node.kind === "compare" || node.kind === "test" || node.kind === "not" || isNumberFilter(node))) {
		for (const child of childrenOf(node)) yield* printedIn(child);
	}
}

function isNumberFilter(node: Expression): boolean {
	return node.kind === "filter" && (node.name === "float" || node.name === "int");
}

function report(machine: CheckedMachine, { path, text, value }: Found): void {
	machine.report("FS6004", {
		path,
		at: "value",
		message: `\`${text}\` is kept as \`${value}\`, so templates print \`${value}\`; the reference prints it as a float`,
		suggestion: `print it with \`| float\`, or write "${text}" in quotes if it is only printed`,
	});
}
