/** Says in sentences where a run went another way than its scenario. */
import { describeError, errorNames } from "../../../runtime/agents/errors.ts";
import { firstDifference } from "../../../runtime/machine/replay-difference.ts";
import type { RunResult } from "../../../runtime/machine/run-result.ts";
import { type Ending, type Expected, type TransitionId, transitionKey } from "./scenario.ts";
import type { ScriptAnswers } from "./script-answers.ts";

/** Longest text of a value in a sentence, in characters. */
const longestValue = 200;

interface Went extends Omit<Expected, "ending"> {
	readonly ending: Ending | undefined;
}

/** Everything in which `went` differs from what is expected, the first cause first; none = nothing. */
export function differencesBetween(
	expected: Partial<Expected>,
	went: Went,
	answers: Pick<ScriptAnswers, "missing" | "unused">,
	result: RunResult,
): string[] {
	const way = wayDifference(expected, went);
	if (answers.missing.length > 0) {
		const isAstray = expected.path !== undefined && !went.path.every((state, at) => expected.path?.[at] === state);
		return [...(isAstray ? way : []), ...answers.missing];
	}
	return [
		...way,
		...endDifference(expected.ending, went.ending, result),
		...contextDifference(expected, went),
		...answers.unused(),
	];
}

/** Where the states differ the transitions do, too: then the states say enough. */
function wayDifference(expected: Partial<Expected>, went: Went): string[] {
	const state = expected.path && firstAt(expected.path, went.path, (name) => name);
	if (state) return [`The run goes another way: ${whereText(state, "state")}. It went ${arrows(went.path)}.`];
	const transition = expected.taken && firstAt(expected.taken, went.taken, transitionKey);
	if (!transition) return [];
	return [
		`The run takes another transition: ${whereText(transition, "transition")}. ${toldTransition(went.taken[transition.at])}`.trimEnd(),
	];
}

interface Place {
	readonly at: number;
	readonly expected: string | undefined;
	readonly went: string | undefined;
}

function firstAt<Item>(
	expected: readonly Item[],
	went: readonly Item[],
	nameOf: (item: Item) => string,
): Place | undefined {
	const nameAt = (items: readonly Item[], at: number) => {
		const item = items[at];
		return item === undefined ? undefined : nameOf(item);
	};
	for (let at = 0; at < Math.max(expected.length, went.length); at++) {
		const place = { at, expected: nameAt(expected, at), went: nameAt(went, at) };
		if (place.expected !== place.went) return place;
	}
	return undefined;
}

function whereText({ at, expected, went }: Place, what: string): string {
	const number = `${what} ${at + 1}`;
	if (went === undefined) return `there is no ${number}, which should be \`${expected}\``;
	if (expected === undefined) return `there is a ${number}, \`${went}\`, where the scenario has ended`;
	return `${number} is \`${went}\` and should be \`${expected}\``;
}

function toldTransition(id: TransitionId | undefined): string {
	return id === undefined ? "" : `It leads from \`${id.state}\` to \`${id.to}\`.`;
}

function arrows(path: readonly string[]): string {
	const shown = path.length > 20 ? [...path.slice(0, 10), "…", ...path.slice(-10)] : path;
	return shown.join(" → ") || "nowhere";
}

function endDifference(expected: Ending | undefined, went: Ending | undefined, result: RunResult): string[] {
	if (!expected) return [];
	if (!went) return ["The run was aborted."];
	switch (expected.status) {
		case "done": {
			if (went.status !== "done") break;
			const difference = valueDifference("output", expected.output, went.output);
			return difference === undefined ? [] : [difference];
		}
		case "failed":
			if (went.status === "failed" && errorNames(result.error).includes(expected.error)) return [];
			break;
		case "stopped":
			if (went.status === "stopped" && went.reason === expected.reason) return [];
			break;
		case "waiting":
			if (went.status === "waiting" && went.channel === expected.channel) return [];
			break;
	}
	return [`The run ${endText(went, result)}, and should have ${endWords(expected)}.`];
}

function endText(ending: Ending, { error }: RunResult): string {
	if (ending.status !== "failed") return endWords(ending);
	const { type, text } = describeError(error);
	return `${endWords(ending)} (${type}: ${text})`;
}

function endWords(ending: Ending): string {
	switch (ending.status) {
		case "done":
			return `ended with the output ${shown(ending.output)}`;
		case "failed":
			return `failed with ${ending.error}`;
		case "stopped":
			return ending.reason === "hook" ? "was stopped by a hook" : `stopped at ${ending.reason}`;
		case "waiting":
			return `waited on channel \`${ending.channel}\``;
	}
}

function contextDifference(expected: Partial<Expected>, went: Went): string[] {
	if (!expected.context) return [];
	const difference = valueDifference("context", expected.context, went.context);
	return difference === undefined ? [] : [difference];
}

/** @param name of the value, which begins the path to what differs in it */
function valueDifference(name: string, expected: unknown, went: unknown): string | undefined {
	const json: unknown = JSON.parse(JSON.stringify(expected) ?? "null");
	const found = firstDifference(
		0,
		{ state: "end", context: { [name]: went } },
		{ current_state: "end", context: { [name]: json } },
	);
	if (found?.kind !== "context") return undefined;
	const place = found.path || name;
	if (found.replayed === undefined) return `\`${place}\` is not there and should be ${shown(found.recorded)}.`;
	if (found.recorded === undefined) return `\`${place}\` is ${shown(found.replayed)} and should not be there.`;
	return `\`${place}\` is ${shown(found.replayed)} and should be ${shown(found.recorded)}.`;
}

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? "null";
	return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
