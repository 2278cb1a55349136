/** A text from which the patterns of `metadata.parsing` cut the wanted fields. */

import { isRecord } from "../../../../compiler/document/plain-data.ts";
import { pythonEquals } from "../../../../compiler/expression/index.ts";
import { type CandidateParsing, parseCandidate } from "../../../../runtime/agents/candidate.ts";
import { matchOf } from "../../solve/matching-text.ts";

/**
 * Makes a text of one line for each field. Fields that `wanted` lacks get whatever their pattern matches.
 * @returns undefined where no text was found that all patterns read as wanted
 */
export function candidateText(
	parsing: CandidateParsing,
	wanted: Readonly<Record<string, unknown>>,
): string | undefined {
	const lines: string[] = [];
	for (const [field, { pattern, type }] of Object.entries(parsing)) {
		const value = Object.hasOwn(wanted, field) ? wanted[field] : undefined;
		const group = value === undefined ? defaults[type] : type === "string" ? String(value) : JSON.stringify(value);
		const line = matchOf(pattern.source, group);
		if (line === undefined) return undefined;
		if (!lines.includes(line)) lines.push(line);
	}
	// One line may say it all: a longer pattern contains the shorter ones.
	const [longest = ""] = [...lines].sort((a, b) => b.length - a.length);
	return [longest, lines.join("\n")].find((text) => reads(parsing, text, wanted));
}

const defaults = { string: undefined, int: "1", json: "{}" } as const;

function reads(parsing: CandidateParsing, text: string, wanted: Readonly<Record<string, unknown>>): boolean {
	const candidate = parseCandidate({ content: text }, parsing);
	if (!isRecord(candidate)) return false;
	return Object.keys(parsing).every(
		(field) => !Object.hasOwn(wanted, field) || pythonEquals(candidate[field], wanted[field]),
	);
}
