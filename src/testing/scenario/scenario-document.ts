/** Reads the parts of a scenario document, and collects what is wrong with them by its place. */
import type { SourceDocument } from "../../../compiler/document/document.ts";
import { parseDocument } from "../../../compiler/document/parse.ts";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { InvalidScenarioError } from "./errors.ts";

export type Path = readonly (string | number)[];

/** A value of the document with its path; readers of parts take these. */
export interface Field {
	readonly value: unknown;
	readonly path: Path;
}

/** The code for a document without a map. */
const emptyDocument = "FS1016";

export class ScenarioDocument {
	readonly #document: SourceDocument;
	readonly #problems: { readonly start: number; readonly text: string }[] = [];

	/**
	 * @param file names the text in messages; a name that ends in `.json` is read as JSON
	 * @throws InvalidScenarioError where the text is no YAML, or no map
	 */
	constructor(text: string, file: string) {
		const { document, diagnostics } = parseDocument(text, { file, dir: "." });
		const errors = diagnostics.filter(({ severity }) => severity === "error");
		const problems = errors.map(({ code, message, range, suggestion }) => {
			// What the compiler suggests for an empty file is how a machine begins.
			const help = suggestion === undefined || code === emptyDocument ? "" : `; ${suggestion}`;
			return `${placeText(file, range)} ${message}${help}`;
		});
		if (!document || problems.length > 0) throw new InvalidScenarioError(file, problems);
		this.#document = document;
	}

	get root(): Field {
		return { value: this.#document.value, path: [] };
	}

	/** Something is wrong with the field. @param message a sentence that says what to write */
	problem({ path }: Pick<Field, "path">, message: string): undefined {
		const range = this.#rangeOf(path);
		const text = `${placeText(this.#document.file, range)} ${pathText(path)}${message}`;
		this.#problems.push({ start: range?.start ?? 0, text });
		return undefined;
	}

	/** @throws InvalidScenarioError with all problems, if there are any */
	finish<T>(value: T | undefined): T {
		if (value === undefined || this.#problems.length > 0) {
			const inOrder = this.#problems.sort((a, b) => a.start - b.start).map(({ text }) => text);
			throw new InvalidScenarioError(this.#document.file, inOrder);
		}
		return value;
	}

	/** The field at `key`; undefined where there is none. */
	at({ value, path }: Field, key: string): Field | undefined {
		if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
		return { value: value[key], path: [...path, key] };
	}

	/** Says of every key that is none of `known` that it is not. */
	onlyKeys({ value, path }: Field, known: readonly string[]): void {
		if (!isRecord(value)) return;
		for (const key of Object.keys(value)) {
			if (!known.includes(key)) this.problem({ path: [...path, key] }, ` is unknown; known are ${known.join(", ")}.`);
		}
	}

	text(field: Field, what: string): string | undefined {
		if (typeof field.value === "string" && field.value !== "") return field.value;
		return this.problem(field, ` must be ${what}, got ${kindOf(field.value)}.`);
	}

	/** A map; `{}` with a problem for anything else. */
	map(field: Field | undefined, what: string): Readonly<Record<string, unknown>> {
		if (!field) return {};
		if (isRecord(field.value)) return field.value;
		this.problem(field, ` must be ${what}, got ${kindOf(field.value)}.`);
		return {};
	}

	/** The items of a list; none, with a problem, for anything else. */
	items(field: Field, what: string): Field[] {
		const { value, path } = field;
		if (Array.isArray(value)) return value.map((item: unknown, index) => ({ value: item, path: [...path, index] }));
		this.problem(field, ` must be a list of ${what}, got ${kindOf(value)}.`);
		return [];
	}

	/** A map from names to lists, each item read by `read`. */
	lists<T>(field: Field | undefined, what: string, read: (item: Field) => T | undefined): Record<string, T[]> {
		const entries = Object.entries(this.map(field, `a map from names to lists of ${what}`)).map(([name, list]) => {
			const items = this.items({ value: list, path: [...(field?.path ?? []), name] }, what);
			const answers = items.flatMap((item) => {
				const answer = read(item);
				return answer === undefined ? [] : [answer];
			});
			return [name, answers] as const;
		});
		return Object.fromEntries(entries);
	}

	#rangeOf(path: Path): ReturnType<SourceDocument["rangeOf"]> {
		for (let length = path.length; length >= 0; length--) {
			const range = this.#document.rangeOf(path.slice(0, length), length === 0 ? undefined : "key");
			const found = range ?? this.#document.rangeOf(path.slice(0, length));
			if (found) return found;
		}
		return undefined;
	}
}

function placeText(file: string, range: ReturnType<SourceDocument["rangeOf"]>): string {
	return range ? `${file}:${range.line}:${range.column}` : `${file}:`;
}

function pathText(path: Path): string {
	if (path.length === 0) return "The file";
	const text = path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${part}`));
	return `\`${text.join("")}\``;
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
	if (value === null || value === undefined) return "nothing";
	if (Array.isArray(value)) return "a list";
	if (value === "") return "an empty text";
	return typeof value === "string" ? "a text" : typeof value === "object" ? "a map" : `a ${typeof value}`;
}
