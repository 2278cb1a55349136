/** Renders a planned structure: strings that are templates, in maps and lists to any depth (spec section 4.5). */
import { compileTemplate, compileValue } from "../expression/index.ts";
import type { PlannedTemplate, Structure } from "../plan/plan.ts";

/** Variables that templates see. */
export type Scope = Readonly<Record<string, unknown>>;
export type Renderer = (scope: Scope) => unknown;

export interface RenderOptions {
	/** Below spec 1.1.0: a rendered text that is JSON becomes the value. */
	readonly parsesRendered: boolean;
	/** A lone `{{ expr }}` gives the value of the expression, not its text (`foreach`). */
	readonly values?: boolean;
}

const compiled = new WeakMap<Structure, Map<string, Renderer>>();

/**
 * Compiles a structure to a closure; the same structure and options give the same closure.
 * @throws ExpressionError from the closure, where a template fails
 */
export function compileStructure(structure: Structure, options: RenderOptions): Renderer {
	const key = `${options.parsesRendered}|${options.values ?? false}`;
	const byOptions = compiled.get(structure) ?? new Map<string, Renderer>();
	compiled.set(structure, byOptions);
	const render = byOptions.get(key) ?? build(structure, options);
	byOptions.set(key, render);
	return render;
}

function build(structure: Structure, options: RenderOptions): Renderer {
	switch (structure.kind) {
		case "constant": {
			const { value } = structure;
			// Each rendering gives its own copy: a hook may change what it is handed.
			return typeof value === "object" && value !== null ? () => structuredClone(value) : () => value;
		}
		case "template":
			return buildTemplate(structure, options);
		case "list": {
			const items = structure.items.map((item) => compileStructure(item, options));
			return (scope) => items.map((render) => render(scope));
		}
		case "map": {
			const entries = structure.entries.map(([key, value]) => [key, compileStructure(value, options)] as const);
			return (scope) => {
				const result: Record<string, unknown> = {};
				for (const [key, render] of entries) result[key] = render(scope);
				return result;
			};
		}
	}
}

function buildTemplate(template: PlannedTemplate, options: RenderOptions): Renderer {
	const { node, text } = template;
	if (options.values && node.kind === "jinja") return compileValue(node, text);
	const render = compileTemplate(node, text, { finalize: "machine" });
	const isRendered = node.kind === "jinja" || node.kind === "liquid";
	if (!options.parsesRendered || !isRendered) return render;
	return (scope) => parseIfJson(render(scope));
}

function parseIfJson(value: unknown): unknown {
	if (typeof value !== "string") return value;
	try {
		return JSON.parse(value);
	} catch {
		// Text that is no JSON stays text: that is the rule of those releases, not a failure.
		return value;
	}
}
