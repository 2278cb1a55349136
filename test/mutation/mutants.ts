/** Mutants of a machine's document: each has one small mistake, as somebody who edits the YAML may make it. */
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import { conditionMutants, templateMutants } from "./condition-mutants.ts";

export type MutantKind =
	| "comparison"
	| "logic"
	| "negation"
	| "constant"
	| "dropped transition"
	| "swapped transitions"
	| "other target"
	| "other variable"
	| "dropped on_error";

export interface Mutant {
	readonly kind: MutantKind;
	/** Where, and what became of it, e.g. `review.transitions[0]: context.score > 8`. */
	readonly what: string;
	readonly text: string;
}

type Path = readonly (string | number)[];

/**
 * All mutants of a machine.
 * @param text the document, YAML or JSON
 */
export function mutantsOf(text: string, file: string): readonly Mutant[] {
	const original = parseDocument(text);
	const isJson = file.endsWith(".json");
	const mutants: Mutant[] = [];
	const add = (kind: MutantKind, path: Path, words: string, change: (document: Document) => void) => {
		const document = original.clone();
		change(document);
		const mutated = isJson ? JSON.stringify(document.toJS(), null, "\t") : String(document);
		mutants.push({ kind, what: `${placeOf(path)}: ${words}`, text: mutated });
	};
	const set = (kind: MutantKind, path: Path, value: unknown) => {
		add(kind, path, typeof value === "string" ? value : JSON.stringify(value), (document) =>
			document.setIn(path, value),
		);
	};
	const templates = (path: Path) => {
		for (const place of scalarsIn(original, path)) {
			const value = original.getIn(place);
			if (typeof value === "string" && /^context\.\w+$/.test(value)) {
				const other = nextOf(keys, value.slice("context.".length));
				if (other !== undefined) set("other variable", place, `context.${other}`);
			} else if (typeof value === "string" && /[{][{%]|^(?:context|input|output)\./.test(value)) {
				for (const { kind, text: changed } of templateMutants(value, engineOf(original))) set(kind, place, changed);
			} else for (const other of otherValues(value)) set("constant", place, other);
		}
	};

	const context = original.getIn(["data", "context"]);
	const keys = isMap(context) ? keysOf(context) : [];
	const states = original.getIn(["data", "states"]);
	const names = isMap(states) ? keysOf(states) : [];
	// The neighbours in the file.
	const others = (target: unknown) => {
		const name = String(target);
		return new Set([nextOf(names, name), nextOf(names.toReversed(), name)].flatMap((other) => other ?? []));
	};

	templates(["data", "context"]);
	for (const name of names) {
		const state = ["data", "states", name];
		for (const key of ["input", "launch_input", "output", "output_to_context"]) templates([...state, key]);
		const called = original.getIn([...state, "machine"]);
		if (isSeq(called)) called.items.forEach((_, index) => void templates([...state, "machine", index, "input"]));

		const transitions = original.getIn([...state, "transitions"]);
		const count = isSeq(transitions) ? transitions.items.length : 0;
		for (let index = 0; index < count; index += 1) {
			const path = [...state, "transitions", index];
			const condition = original.getIn([...path, "condition"]);
			if (typeof condition === "string") {
				for (const { kind, text: changed } of conditionMutants(condition)) set(kind, [...path, "condition"], changed);
			}
			for (const other of others(original.getIn([...path, "to"]))) set("other target", [...path, "to"], other);
			add("dropped transition", path, "dropped", (document) => {
				document.deleteIn(path);
			});
			if (index + 1 < count) {
				add("swapped transitions", path, "swapped with the next", (document) => {
					const first = document.getIn(path, true);
					document.setIn(path, document.getIn([...state, "transitions", index + 1], true));
					document.setIn([...state, "transitions", index + 1], first);
				});
			}
		}

		const onError = original.getIn([...state, "on_error"]);
		const routes = isMap(onError) ? keysOf(onError).map((key) => [...state, "on_error", key]) : [];
		for (const path of [...(onError === undefined ? [] : [[...state, "on_error"]]), ...routes]) {
			const target = original.getIn(path);
			add("dropped on_error", path, "dropped", (document) => {
				document.deleteIn(path);
			});
			if (typeof target === "string") for (const other of others(target)) set("other target", path, other);
		}
	}
	return mutants;
}

/** The one behind `name`, the first behind the last; undefined where there is no other. */
function nextOf(names: readonly string[], name: string): string | undefined {
	const next = names[(names.indexOf(name) + 1) % names.length];
	return next === name ? undefined : next;
}

function keysOf(map: YAMLMap): readonly string[] {
	return map.items.map(({ key }) => String(isScalar(key) ? key.value : key));
}

function engineOf(document: Document): "jinja" | "liquid" {
	return document.getIn(["data", "template_engine"]) === "liquid" ? "liquid" : "jinja";
}

function scalarsIn(document: Document, path: Path): readonly Path[] {
	const node = document.getIn(path, true);
	if (isMap(node)) return keysOf(node).flatMap((key) => scalarsIn(document, [...path, key]));
	if (isSeq(node)) return node.items.flatMap((_, index) => scalarsIn(document, [...path, index]));
	return node === undefined ? [] : [path];
}

function otherValues(value: unknown): readonly unknown[] {
	switch (typeof value) {
		case "number":
			return [value + 1, value - 1];
		case "string":
			return [`${value}~`];
		case "boolean":
			return [!value];
		default:
			return value === null ? ["~"] : [];
	}
}

/** `states.review.transitions[0].condition`, without what all places have. */
function placeOf(path: Path): string {
	return path
		.slice(path[1] === "states" ? 2 : 1)
		.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${key}`))
		.join("");
}
