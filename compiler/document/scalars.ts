/**
 * What a plain (unquoted) scalar means. YAML files follow YAML 1.1 as the reference reads it: `yes` and `off` are
 * booleans, `012` is octal, `1e3` is text. Timestamps stay text, because a plan is JSON. JSON files follow JSON.
 */

export interface ScalarValue {
	readonly value: string | number | boolean | null;
	/** What a reader may not expect; becomes a warning. */
	readonly surprise?: { readonly code: "FS1012" | "FS1013"; readonly message: string; readonly suggestion: string };
}

const booleans = new Map<string, boolean>();
for (const [words, value] of [
	["yes true on", true],
	["no false off", false],
] as const) {
	for (const word of words.split(" ")) {
		for (const form of [word, word[0]?.toUpperCase() + word.slice(1), word.toUpperCase()]) booleans.set(form, value);
	}
}
const nulls = new Set(["", "~", "null", "Null", "NULL"]);

const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const octal = /^[-+]?0[0-7_]+$/;
const hexadecimal = /^[-+]?0x[0-9a-fA-F_]+$/;
const binary = /^[-+]?0b[01_]+$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const float = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const special = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const numberOfYaml12 =
	/^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][0-9]+$|^[-+]\.[0-9]+(?:[eE][-+]?[0-9]+)?$|^0o[0-7]+$/;
const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;
const mayBeNumber = /^[-+.0-9]/;

/** Resolves a plain scalar of a YAML document. */
export function resolvePlain(text: string): ScalarValue {
	if (nulls.has(text)) return { value: null };
	const boolean = booleans.get(text);
	if (boolean !== undefined) return { value: boolean };
	return mayBeNumber.test(text) ? resolveNumber(text) : { value: text };
}

function resolveNumber(text: string): ScalarValue {
	const digits = text.replaceAll("_", "");
	if (decimal.test(text)) return exact(Number(digits), text);
	if (float.test(text)) return { value: Number(digits) };
	if (octal.test(text)) return inBase(text, digits, 8);
	if (hexadecimal.test(text) && !/x_*$/.test(text)) return { value: signed(digits, 16) };
	if (binary.test(text) && !/b_*$/.test(text)) return { value: signed(digits, 2) };
	// "0:30" is text in the reference, "1:30" and "0:30.0" are not.
	if (sexagesimal.test(text) && (text.includes(".") || /^[-+]?[1-9]/.test(text))) return inBase(text, digits, 60);
	if (special.test(text)) return specialNumber(text);
	if (numberOfYaml12.test(text)) {
		return {
			value: text,
			surprise: {
				code: "FS1012",
				message: `\`${text}\` is text, not a number, in YAML 1.1`,
				suggestion: `write ${Number(text)}, or quote it if text is meant`,
			},
		};
	}
	return { value: text };
}

function signed(digits: string, base: number): number {
	const negative = digits.startsWith("-");
	const bare = digits.replace(/^[-+]/, "").replace(/^0[xb]/, "");
	const value = Number.parseInt(bare, base);
	return negative ? -value : value;
}

function inBase(text: string, digits: string, base: 8 | 60): ScalarValue {
	const value = base === 8 ? signed(digits, 8) : fromSexagesimal(digits);
	const name = base === 8 ? "octal" : "a number in base 60";
	return {
		value,
		surprise: {
			code: "FS1012",
			message: `\`${text}\` is ${name} in YAML 1.1: ${value}`,
			suggestion: `quote it (\`"${text}"\`) or write ${value}`,
		},
	};
}

function fromSexagesimal(digits: string): number {
	const negative = digits.startsWith("-");
	const value = digits
		.replace(/^[-+]/, "")
		.split(":")
		.reduce((sum, part) => sum * 60 + Number(part), 0);
	return negative ? -value : value;
}

function exact(value: number, text: string): ScalarValue {
	if (Number.isSafeInteger(value)) return { value: value === 0 ? 0 : value };
	return {
		value,
		surprise: {
			code: "FS1013",
			message: `\`${text}\` is read as ${value}: integers are exact up to 9007199254740991`,
			suggestion: `quote it (\`"${text}"\`) if it is an identifier`,
		},
	};
}

function specialNumber(text: string): ScalarValue {
	const value = /nan/i.test(text) ? Number.NaN : text.startsWith("-") ? Number.NEGATIVE_INFINITY : Infinity;
	return {
		value,
		surprise: {
			code: "FS1013",
			message: `\`${text}\` cannot be stored: JSON has no such number, a checkpoint would hold null`,
			suggestion: "use a large number, or null",
		},
	};
}

/** Resolves a plain scalar of a JSON document; undefined where JSON has no such token. */
export function resolveJson(text: string): ScalarValue | undefined {
	if (text === "null") return { value: null };
	if (text === "true") return { value: true };
	if (text === "false") return { value: false };
	if (!jsonNumber.test(text)) return undefined;
	return /^-?[0-9]+$/.test(text) ? exact(Number(text), text) : { value: Number(text) };
}

/** Resolves a scalar with an explicit tag; undefined where the text does not fit the tag or the tag is not known. */
export function resolveTagged(tag: string, text: string): ScalarValue | undefined {
	switch (tag) {
		case "tag:yaml.org,2002:str":
		case "tag:yaml.org,2002:timestamp":
			return { value: text };
		case "tag:yaml.org,2002:null":
			return { value: null };
		case "tag:yaml.org,2002:bool": {
			const value = booleans.get(text);
			return value === undefined ? undefined : { value };
		}
		case "tag:yaml.org,2002:int": {
			const found = resolvePlain(text);
			return typeof found.value === "number" && Number.isInteger(found.value) ? found : undefined;
		}
		case "tag:yaml.org,2002:float": {
			const found = resolvePlain(text);
			if (typeof found.value === "number") return found;
			return numberOfYaml12.test(text) ? { value: Number(text) } : undefined;
		}
		default:
			return undefined;
	}
}
