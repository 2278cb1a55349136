/** Writes a scenario as YAML: always the same text for the same scenario, in the order in which one reads it. */

import { describeError } from "../../../runtime/agents/errors.ts";
import { toJsonText } from "../../../runtime/checkpoint/json-text.ts";
import type { TransitionId, WrittenScenario } from "./scenario.ts";
import { entryText } from "./yaml-text.ts";

export interface WriteOptions {
	/** The machine's file, relative to where the scenario is written. */
	readonly machine?: string;
}

/** Levels of these keys that have a line for each answer, or transition, however short it is. */
const openLevels: ReadonlyMap<string, number> = new Map([
	["agents", 2],
	["machines", 2],
	["actions", 2],
	["waits", 2],
	["taken", 1],
]);

/** The text of a scenario file. Errors among the answers are written as `throw`. */
export function writeScenario(scenario: WrittenScenario, options: WriteOptions = {}): string {
	const entries = Object.entries(scenarioDocument(scenario, options));
	return `${entries.map(([key, value]) => entryText(key, value, 0, openLevels.get(key))).join("\n")}\n`;
}

/** The same as plain JSON, with the file's keys in their order; what is empty is left out. */
export function scenarioDocument(
	scenario: WrittenScenario,
	{ machine }: WriteOptions = {},
): Readonly<Record<string, unknown>> {
	const { name, input, agents, machines, actions, waits, maxSteps, path, taken, ending, context } = scenario;
	const document = {
		scenario: name,
		...(machine !== undefined && { machine }),
		...filled("input", input),
		...filled("agents", agents),
		...filled("machines", machines),
		...filled("actions", actions),
		...filled("waits", waits),
		...(maxSteps !== undefined && { max_steps: maxSteps }),
		...(path && { path }),
		...(taken && { taken: taken.map(takenDocument) }),
		...(ending && { ending }),
		...(context && { context }),
	};
	return JSON.parse(toJsonText(withoutErrors(document), () => undefined));
}

/** A transition as scenario files name it. */
export function takenDocument(id: TransitionId): Readonly<Record<string, unknown>> {
	const { state, to } = id;
	return id.kind === "transition" ? { state, transition: id.index, to } : { state, error: id.error, to };
}

function filled(key: string, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return Object.keys(value).length === 0 ? {} : { [key]: value };
}

/** Answers that are `Error`s, as scripts in code may have them, in the words of a file. */
function withoutErrors(value: unknown): unknown {
	if (value instanceof Error) {
		const { type, text } = describeError(value);
		return { throw: `${type}: ${text}` };
	}
	if (Array.isArray(value)) return value.map(withoutErrors);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutErrors(item)]));
}
