/** Liquid templates, by liquidjs, which is loaded when the first one is met (decisions: template_engine). */
import { createRequire } from "node:module";
import type { Liquid, Template } from "liquidjs";
import { ExpressionError, ExpressionSyntaxError } from "./errors.ts";
import { beginEvaluation, MAX_TEXT } from "./limits.ts";
import type { Span } from "./nodes.ts";
import { toPythonJson } from "./printing.ts";
import { isList, isMapping, type Scope } from "./values.ts";

/** Milliseconds that one rendering may take. */
const TIME_LIMIT = 1000;
/** Tags that would read files. */
const FILE_TAGS = ["include", "render", "layout", "block"];

let loaded: Liquid | null = null;

/** Lists and mappings print as JSON, as in the other templates; the rest as Liquid prints it. */
function print(value: unknown): string {
	if (value === null || value === undefined) return "";
	return isList(value) || isMapping(value) ? toPythonJson(value) : String(value);
}

function engine(): Liquid {
	if (loaded !== null) return loaded;
	const library: typeof import("liquidjs") = createRequire(import.meta.url)("liquidjs");
	const made = new library.Liquid({
		ownPropertyOnly: true,
		strictFilters: true,
		templates: {},
		outputEscape: print,
		parseLimit: MAX_TEXT,
		renderLimit: TIME_LIMIT,
		memoryLimit: MAX_TEXT,
	});
	for (const tag of FILE_TAGS) delete made.tags[tag];
	loaded = made;
	return made;
}

function spanOf(error: unknown, text: string): Span {
	if (typeof error === "object" && error !== null && "token" in error) {
		const { token } = error;
		if (typeof token === "object" && token !== null && "begin" in token && "end" in token) {
			return { start: Number(token.begin), end: Number(token.end) };
		}
	}
	return { start: 0, end: text.length };
}

function messageOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return message.replace(/, line:\d+, col:\d+$/, "");
}

/** Parses a Liquid template. @throws ExpressionSyntaxError with offsets into `text`. */
export function parseLiquid(text: string): readonly Template[] {
	try {
		return engine().parse(text);
	} catch (error) {
		const message = `the Liquid template is wrong: ${messageOf(error)}`;
		throw new ExpressionSyntaxError(message, spanOf(error, text), undefined, { cause: error });
	}
}

/** Compiles a Liquid template. @returns A closure that throws nothing but `ExpressionError`. */
export function compileLiquid(text: string): (scope: Scope) => string {
	const templates = [...parseLiquid(text)];
	return (scope) => {
		beginEvaluation();
		try {
			return String(engine().renderSync(templates, scope));
		} catch (error) {
			const message = `the Liquid template failed: ${messageOf(error)}`;
			throw new ExpressionError(message, text, spanOf(error, text), { cause: error });
		}
	};
}

/** Variables that a Liquid template reads, with the place of each. */
export function liquidReferences(
	text: string,
): (Span & { readonly path: readonly string[]; readonly optional: boolean })[] {
	const { globals } = engine().analyzeSync([...parseLiquid(text)]);
	const lines = text.split("\n");
	const offsets: number[] = [];
	let offset = 0;
	for (const line of lines) {
		offsets.push(offset);
		offset += line.length + 1;
	}
	return Object.values(globals)
		.flat()
		.map(({ segments, location }) => {
			const dynamic = segments.findIndex((segment) => typeof segment === "object");
			const path = (dynamic < 0 ? segments : segments.slice(0, dynamic)).map(String);
			const start = (offsets[location.row - 1] ?? 0) + location.col - 1;
			return { path, start, end: start + path.join(".").length, optional: true };
		})
		.sort((one, other) => one.start - other.start);
}
