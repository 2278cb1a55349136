/** What a problem that a schema finds looks like, and which codes there are. */
import type { Severity } from "../diagnostics/diagnostic.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Codes of the problems that a schema can find (see the registry of diagnostics). */
export type SchemaCode =
	| "FS2002"
	| "FS2003"
	| "FS2004"
	| "FS2005"
	| "FS2006"
	| "FS2007"
	| "FS2008"
	| "FS2009"
	| "FS2010"
	| "FS2011";

/** The codes by what they say. */
export const schemaCodes = {
	wrongType: "FS2002",
	missingKey: "FS2003",
	notOneOf: "FS2004",
	outOfRange: "FS2005",
	badFormat: "FS2006",
	tooFew: "FS2007",
	misspeltKey: "FS2008",
	unknownKey: "FS2009",
	emptyValue: "FS2010",
	rejected: "FS2011",
} as const;

/** One problem of one value. `path` leads from the root of the document to the value, or to the key if `at` is "key". */
export interface SchemaProblem {
	readonly path: readonly (string | number)[];
	readonly at: "key" | "value";
	readonly code: SchemaCode;
	readonly message: string;
	/** What to do, in words. */
	readonly suggestion?: string;
	/** What to write in place of the key or value, where that is certain. */
	readonly replacement?: string;
	/** Whether it speaks for all that is wrong inside of the value. */
	readonly speaksForAll?: true;
	readonly severity: Severity;
}

/** A map that authors take for another one, and what to tell them then. */
export interface Level {
	readonly schema: JsonSchema;
	readonly advice: string;
}
