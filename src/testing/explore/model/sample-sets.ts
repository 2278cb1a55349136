/** Sets of samples to try: far fewer than there are, but each kind of set, and each payload at each place once. */
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { GivenError } from "../../solve/answer-space.ts";
import type { Call } from "./agent-model.ts";

/**
 * @param payloads of one sample, or of the whole state (`{ results, count }`)
 * @param error what a failing sample fails with
 */
export function sampleSets(payloads: readonly unknown[], count: number, error: GivenError): Call[][] {
	const fails = { fails: error };
	const sets: Call[][] = [];
	const single: unknown[] = [];
	for (const payload of payloads) {
		const results = resultsOf(payload, count);
		if (results)
			sets.push(
				fill(
					results.map((result) => ({ payload: result })),
					count,
					fails,
				),
			);
		else single.push(payload);
	}
	const first: Call = { payload: single[0] ?? {} };
	for (const payload of single) sets.push(fill([], count, { payload }));
	if (sets.length === 0) sets.push(fill([], count, first));
	if (count > 1) {
		sets.push(fill([fails], count, first));
		for (const payload of single.slice(1)) sets.push(fill([{ payload }], count, first));
	}
	sets.push(fill([], count, fails));
	return sets;
}

/** The samples behind `{ results, count }`, where a state can have it. */
function resultsOf(payload: unknown, count: number): readonly unknown[] | undefined {
	if (!isRecord(payload) || !Array.isArray(payload.results) || !("count" in payload)) return undefined;
	return payload.results.length <= count && payload.results.length === payload.count ? payload.results : undefined;
}

function fill(calls: readonly Call[], count: number, rest: Call): Call[] {
	return Array.from({ length: count }, (_, index) => calls[index] ?? rest);
}
