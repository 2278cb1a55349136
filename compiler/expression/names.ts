/** The filters, tests and functions that templates know, by name. */
import { createRequire } from "node:module";

export const FILTER_NAMES: ReadonlySet<string> = new Set(
	`abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format
	fromjson groupby indent int items join last length list lower map max min pprint reject rejectattr replace
	reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper
	urlencode wordcount wordwrap xmlattr`.split(/\s+/),
);

export const TEST_NAMES: ReadonlySet<string> = new Set(
	`boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer
	iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined
	upper`.split(/\s+/),
);

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(["range", "dict", "namespace", "cycler", "joiner"]);

/** What checks of key results may call beside reading values (fsm-agent-flow 18.3). */
export const CHECK_FUNCTION_NAMES: ReadonlySet<string> = new Set([
	"size",
	"text",
	"trim",
	"count",
	"contains",
	"matches",
	"type",
]);

type Levenshtein = typeof import("fastest-levenshtein");

/** "did you mean …" for a name that is near a known one. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
	// Only mistakes need it, so only they pay for loading it.
	const { distance }: Levenshtein = createRequire(import.meta.url)("fastest-levenshtein");
	let best: string | undefined;
	let least = Math.max(2, Math.ceil(name.length / 3)) + 1;
	for (const one of known) {
		const far = distance(name.toLowerCase(), one);
		if (far < least) {
			least = far;
			best = one;
		}
	}
	return best === undefined ? undefined : `did you mean \`${best}\`?`;
}
