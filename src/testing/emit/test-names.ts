/** Names of emitted tests: those of their scenarios, short enough to read on one line, each once. */
import { clipToWidth, textWidth } from "../../cli/text-width.ts";
import type { Scenario } from "../scenario/scenario.ts";

const longest = 100;
/** States that are left of each end of a path that is too long. */
const endsKept = [6, 5, 4, 3, 2, 1];

/** One name for each scenario, in their order. */
export function testNames(scenarios: readonly Pick<Scenario, "name">[]): readonly string[] {
	const used = new Set<string>();
	return scenarios.map(({ name }) => {
		const short = shortened(name);
		let unique = short;
		for (let n = 2; used.has(unique); n += 1) unique = `${short} (${n})`;
		used.add(unique);
		return unique;
	});
}

/** A path keeps its ends, any other text its beginning. */
function shortened(name: string): string {
	// Blanks for control characters, too.
	const whole = clipToWidth(name, Number.POSITIVE_INFINITY);
	if (textWidth(whole) <= longest) return whole;
	const parts = whole.split(" → ");
	for (const kept of endsKept) {
		const left = parts.length - 2 * kept;
		if (left < 1) continue;
		const short = [...parts.slice(0, kept), `… (${left} more) …`, ...parts.slice(-kept)].join(" → ");
		if (textWidth(short) <= longest) return short;
	}
	return clipToWidth(whole, longest);
}
