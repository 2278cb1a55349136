/** Reads a template: literal text, a bare path, Jinja, or Liquid (spec section 4.1). */
import { ExpressionSyntaxError } from "./errors.ts";
import { parseLiquid } from "./liquid.ts";
import type { TemplateNode } from "./nodes.ts";
import { parseStatements } from "./parse-statements.ts";

const BARE_PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const DEFAULT_ROOTS: readonly string[] = ["context", "input", "output"];
const MAX_TEMPLATE = 10_000_000;

export interface TemplateOptions {
	readonly engine: "jinja" | "liquid";
	/**
	 * First words of bare paths; `context`, `input` and `output` when absent. An empty list: the text is always a
	 * template, whatever it holds, as prompts are (spec section 19.3).
	 */
	readonly roots?: readonly string[];
}

/**
 * Parses a template. Text without `{{` and `{%` is a bare path or stays as it is, unless there are no roots.
 *
 * @throws ExpressionSyntaxError with offsets into `text`.
 */
export function parseTemplate(text: string, options: TemplateOptions): TemplateNode {
	if (text.length > MAX_TEMPLATE) {
		throw new ExpressionSyntaxError(`the template is longer than ${MAX_TEMPLATE} characters`, { start: 0, end: 0 });
	}
	const { roots = DEFAULT_ROOTS } = options;
	if (roots.length > 0 && !text.includes("{{") && !text.includes("{%")) {
		const path = text.trim();
		if (BARE_PATH.test(path)) {
			const [root = "", ...keys] = path.split(".");
			if (roots.includes(root)) {
				return Object.freeze({ kind: "path", root, keys: Object.freeze(keys) });
			}
		}
		return Object.freeze({ kind: "literal", text });
	}
	if (options.engine === "liquid") {
		parseLiquid(text);
		return Object.freeze({ kind: "liquid", text });
	}
	return Object.freeze({ kind: "jinja", body: parseStatements(text) });
}
