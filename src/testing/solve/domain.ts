/** A set of values that something can have: certain constants, and whole types. Always as large as the truth, or larger. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { identical } from "./assignments.ts";
import type { Shape } from "./shape.ts";

export type Kind = "null" | "boolean" | "number" | "text" | "list" | "map";

export interface Domain {
	readonly constants: readonly unknown[];
	/** Types of which every value is possible; `null` is also what is missing. */
	readonly open: ReadonlySet<Kind>;
	/** The open numbers are whole ones. */
	readonly isWhole: boolean;
}

export const KINDS: readonly Kind[] = ["null", "boolean", "number", "text", "list", "map"];

export const ANYTHING: Domain = { constants: [], open: new Set(KINDS), isWhole: false };
export const NULL_ONLY: Domain = { constants: [null], open: new Set(), isWhole: false };
export const NO_VALUE: Domain = { constants: [], open: new Set(), isWhole: false };

/** So many constants are told apart; more become their types. */
const MOST_CONSTANTS = 24;

export function constants(values: readonly unknown[]): Domain {
	const own = values.map((value) => value ?? null);
	const different = own.filter((value, index) => own.findIndex((other) => identical(other, value)) === index);
	if (different.length <= MOST_CONSTANTS) return { constants: different, open: new Set(), isWhole: false };
	return openKinds(different.map(kindOf));
}

export function openKinds(kinds: readonly Kind[]): Domain {
	return { constants: [], open: new Set(kinds), isWhole: false };
}

export function kindOf(value: unknown): Kind {
	if (value === null || value === undefined) return "null";
	if (typeof value === "string") return "text";
	if (typeof value === "number") return "number";
	if (typeof value === "boolean") return "boolean";
	return Array.isArray(value) ? "list" : "map";
}

/** What is one or the other; the first itself where the second adds nothing. */
export function unite(one: Domain, other: Domain): Domain {
	if (one === other || isWithin(other, one)) return one;
	const open = new Set([...one.open, ...other.open]);
	const isWhole = (!one.open.has("number") || one.isWhole) && (!other.open.has("number") || other.isWhole);
	const kept = constants([...one.constants, ...other.constants]);
	const closed = kept.constants.filter((value) => !open.has(kindOf(value)) || (isWhole && !Number.isInteger(value)));
	const opened = new Set([...open, ...kept.open]);
	return { constants: closed, open: opened, isWhole: isWhole && !kept.open.has("number") && opened.has("number") };
}

function isWithin(part: Domain, whole: Domain): boolean {
	if (![...part.open].every((kind) => whole.open.has(kind))) return false;
	if (part.open.has("number") && whole.isWhole && !part.isWhole) return false;
	return part.constants.every((value) => contains(whole, value));
}

/** Whether the domain has the value. */
export function contains({ constants: known, open, isWhole }: Domain, value: unknown): boolean {
	const kind = kindOf(value);
	if (open.has(kind) && (kind !== "number" || !isWhole || Number.isInteger(value))) return true;
	return known.some((one) => identical(one, value ?? null));
}

/** Whether all values are known one by one. */
export function isListed(domain: Domain): boolean {
	return domain.open.size === 0;
}

/** What stands under a key of values of the domain. */
export function fieldOf(domain: Domain, key: string): Domain {
	if (domain.open.has("map")) return ANYTHING;
	const fields = domain.constants.map((value) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : null));
	// What is no mapping has no fields, which gives nothing.
	return constants(domain.open.size > 0 ? [...fields, null] : fields);
}

/** The values of a declared field, and none: a model may answer without JSON. */
export function domainOfShape(shape: Shape | undefined): Domain {
	if (shape === undefined) return ANYTHING;
	if (shape.enum !== undefined) return unite(constants(shape.enum), NULL_ONLY);
	switch (shape.type) {
		case "str":
			return openKinds(["text", "null"]);
		case "int":
			return { ...openKinds(["number", "null"]), isWhole: true };
		case "float":
			return openKinds(["number", "null"]);
		case "bool":
			return openKinds(["boolean", "null"]);
		case "list":
			return openKinds(["list", "null"]);
		case "object":
			return openKinds(["map", "null"]);
		default:
			return ANYTHING;
	}
}
