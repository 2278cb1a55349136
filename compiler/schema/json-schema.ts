/**
 * The part of JSON Schema draft-07 that our schemas use, and the few shapes they are built of. Alternatives are written
 * as lists of types (`items` speaks only about lists, `properties` only about maps) or as if/then/else, never as
 * `anyOf`: so every mistake yields one message, here and in editors.
 */

export type JsonType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** A schema of the subset. Keywords that start with `x-` are ours and are left out of the published files. */
export interface JsonSchema {
	readonly $ref?: string;
	readonly title?: string;
	/** Shown by editors when the mouse rests on the key. */
	readonly description?: string;
	readonly default?: unknown;
	readonly examples?: readonly unknown[];
	readonly type?: JsonType | readonly JsonType[];
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly pattern?: string;
	readonly minimum?: number;
	readonly exclusiveMinimum?: number;
	readonly maximum?: number;
	readonly minItems?: number;
	readonly minProperties?: number;
	readonly items?: JsonSchema;
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, JsonSchema>>;
	readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
	readonly additionalProperties?: boolean | JsonSchema;
	readonly dependencies?: Readonly<Record<string, readonly string[]>>;
	readonly if?: JsonSchema;
	readonly then?: JsonSchema;
	readonly else?: JsonSchema;
	readonly definitions?: Readonly<Record<string, JsonSchema>>;
	readonly $schema?: string;
	/** What the value stands for, used in messages: ``must be a text (the name of an agent)``. */
	readonly "x-meaning"?: string;
	/** Says in words what `pattern` asks for. */
	readonly "x-pattern-meaning"?: string;
	/** A misspelt key of this map changes what the machine does, so a near miss is an error and not a warning. */
	readonly "x-strict-keys"?: true;
	/** Keys of other languages, by the key that they are called here. */
	readonly "x-synonyms"?: Readonly<Record<string, string>>;
	/** What an entry of this map is called. Entries that are named like a key of an entry are often indented too little. */
	readonly "x-entry"?: string;
}

export type Properties = Readonly<Record<string, JsonSchema>>;

/** Keys that start with `x-` belong to the user and are allowed in every map. */
const USER_KEYS: Properties = { "^x-": {} };

/** A map that knows all its keys. */
export function closedMap(description: string, properties: Properties, more: JsonSchema = {}): JsonSchema {
	return {
		type: "object",
		description,
		properties,
		patternProperties: USER_KEYS,
		additionalProperties: false,
		...more,
	};
}

/** A map that knows some keys and takes any other. */
export function openMap(description: string, properties: Properties = {}, more: JsonSchema = {}): JsonSchema {
	return { type: "object", description, properties, additionalProperties: true, ...more };
}

/** A map from the user's names to values of one shape. */
export function namedMap(description: string, values: JsonSchema, more: JsonSchema = {}): JsonSchema {
	return { type: "object", description, additionalProperties: values, ...more };
}

/** A text; `meaning` names what it stands for in messages. */
export function text(description: string, meaning?: string, more: JsonSchema = {}): JsonSchema {
	return { type: "string", description, ...(meaning === undefined ? {} : { "x-meaning": meaning }), ...more };
}

/** A text out of a fixed choice. */
export function choice(description: string, values: readonly string[], more: JsonSchema = {}): JsonSchema {
	return { type: "string", description, enum: values, ...more };
}

/** A list of texts. */
export function texts(description: string, meaning?: string, more: JsonSchema = {}): JsonSchema {
	return {
		type: "array",
		description,
		items: { type: "string", ...(meaning === undefined ? {} : { "x-meaning": meaning }) },
		...more,
	};
}

/** A reference to a definition of the pool. */
export function ref(name: string, description?: string): JsonSchema {
	return { $ref: `#/definitions/${name}`, ...(description === undefined ? {} : { description }) };
}

/** `spec_version`, the same in every kind of document. */
export const SPEC_VERSION: JsonSchema = text(
	"Version of the specification that the file is written for, in quotes. 0.4 to 4.2.1 are understood; missing means " +
		"4.2.1. Below 1.1.0 the text of a rendered `{{ }}` template is parsed as JSON; from 1.1.0 on it stays a text.",
	"a version in quotes",
	{ default: "4.2.1", examples: ["4.2.1", "2.0.0"] },
);

/** `$schema` at the root of any document: editors read it, and write it themselves. */
export const SCHEMA_ADDRESS: JsonSchema = text("The JSON Schema of the file, for editors.", "an address or a file");

/** `metadata` of any document. */
export const METADATA: JsonSchema = openMap("Free notes for people and tools; any key is allowed.", {
	description: text("What the file is for, in a sentence."),
	author: text("Who wrote it."),
	tags: texts("Words to find the file by."),
});

/** Alternatives of a map: `shape` where `test` matches, else `otherwise`. */
export function when(test: JsonSchema, shape: JsonSchema, otherwise?: JsonSchema): JsonSchema {
	// biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema is called so.
	return { if: test, then: shape, ...(otherwise === undefined ? {} : { else: otherwise }) };
}

/** Matches maps that have `key`, with one of `values` if these are given. */
export function hasKey(key: string, values?: readonly string[]): JsonSchema {
	return {
		type: "object",
		required: [key],
		...(values === undefined ? {} : { properties: { [key]: { enum: values } } }),
	};
}

export const IS_MAP: JsonSchema = { type: "object" };
