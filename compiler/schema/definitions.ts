/** All definitions of our schemas in one pool, and the four self-contained schemas that are published from it. */
import { AGENT_DEFINITIONS } from "./agent-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { MACHINE_DEFINITIONS } from "./machine-schema.ts";
import { PROFILE_DEFINITIONS } from "./profile-schema.ts";
import { PROMPT_DEFINITIONS } from "./prompt-schema.ts";
import { STATE_DEFINITIONS } from "./state-schema.ts";

/** The kinds of documents, by the value of their `spec` key (`flatprofiles` is `flatprofile`). */
export type SchemaKind = "flatmachine" | "flatagent" | "flatprofile" | "prompt";

export const SCHEMA_POOL: { readonly definitions: Readonly<Record<string, JsonSchema>> } = {
	definitions: {
		...MACHINE_DEFINITIONS,
		...STATE_DEFINITIONS,
		...AGENT_DEFINITIONS,
		...PROMPT_DEFINITIONS,
		...PROFILE_DEFINITIONS,
	},
};

/** For each kind: the definition at its root and the name of its published file. */
export const SCHEMA_KINDS: Readonly<
	Record<SchemaKind, { readonly root: string; readonly file: string; readonly title: string }>
> = {
	flatmachine: { root: "machine", file: "flatmachine.schema.json", title: "flatmachine" },
	flatagent: { root: "agent", file: "flatagent.schema.json", title: "flatagent" },
	flatprofile: { root: "profileDocument", file: "profile.schema.json", title: "flatprofile" },
	prompt: { root: "promptDocument", file: "prompt.schema.json", title: "prompt" },
};

/**
 * The schema of one kind as it is published for editors: draft-07, self-contained, without our own keywords.
 * @param kind of the documents that it describes
 */
export function publishedSchema(kind: SchemaKind): JsonSchema {
	const { root, title } = SCHEMA_KINDS[kind];
	const needed = new Set<string>();
	const open = [root];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		const definition = SCHEMA_POOL.definitions[name];
		if (needed.has(name) || definition === undefined) continue;
		needed.add(name);
		for (const match of JSON.stringify(definition).matchAll(/"#\/definitions\/([A-Za-z]+)"/g)) {
			if (match[1] !== undefined) open.push(match[1]);
		}
	}
	const definitions: Record<string, JsonSchema> = {};
	for (const [name, definition] of Object.entries(SCHEMA_POOL.definitions)) {
		if (needed.has(name)) definitions[name] = withoutOwnKeywords(definition);
	}
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title,
		$ref: `#/definitions/${root}`,
		definitions,
	};
}

function withoutOwnKeywords(schema: JsonSchema): JsonSchema {
	const text = JSON.stringify(schema, (key, value: unknown) => (OWN_KEYWORDS.has(key) ? undefined : value));
	return JSON.parse(text);
}

const OWN_KEYWORDS: ReadonlySet<string> = new Set([
	"x-meaning",
	"x-pattern-meaning",
	"x-strict-keys",
	"x-synonyms",
	"x-entry",
]);
