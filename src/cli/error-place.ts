/** Finds where in the YAML a failed run stood. */
import { relative } from "node:path";
import { ExpressionError } from "../../compiler/expression/errors.ts";
import type { MachinePlan, SourcePlace, StatePlan } from "../../compiler/plan/plan.ts";

/** A state, and the place of the condition or template that failed, or else of the state. */
export interface ErrorPlace {
	readonly state?: string;
	readonly at?: SourcePlace;
}

/**
 * @param plans the machine's own first, then those of its children
 * @param lastState the last state of the run's own machine that did something
 */
export function findErrorPlace(
	error: unknown,
	plans: readonly MachinePlan[],
	lastState: string | undefined,
): ErrorPlace {
	const [root] = plans;
	const last = root?.states.find(({ name }) => name === lastState);
	if (error instanceof ExpressionError) {
		// A text can stand in several places: the state that was at work comes first.
		for (const state of [...(last ? [last] : []), ...plans.flatMap(({ states }) => states)]) {
			const at = placeOfText(state, error.text);
			if (at !== undefined) return placed(state, at);
		}
		const at = placeOfText(root?.context, error.text);
		if (at !== undefined) return { at };
	}
	return last === undefined ? {} : placed(last, last.at);
}

/** `config/machine.yml:12:5`, relative to the working directory. */
export function placeText({ file, line, column }: SourcePlace): string {
	return `${relative(process.cwd(), file)}:${line}:${column}`;
}

function placed({ name }: StatePlan, at: SourcePlace | undefined): ErrorPlace {
	return { state: name, ...(at && { at }) };
}

/** The place of the first template or condition with this text inside a part of a plan. */
function placeOfText(part: unknown, text: string): SourcePlace | undefined {
	if (typeof part !== "object" || part === null) return undefined;
	if ("text" in part && part.text === text && "at" in part && isPlace(part.at)) return part.at;
	for (const inner of Object.values(part)) {
		const found = placeOfText(inner, text);
		if (found !== undefined) return found;
	}
	return undefined;
}

function isPlace(value: unknown): value is SourcePlace {
	return typeof value === "object" && value !== null && "file" in value && "line" in value && "column" in value;
}
