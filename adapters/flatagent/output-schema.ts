/** An agent's `output` fields as JSON Schemas: one that its answer is held against, and a strict one for providers. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { Mapping } from "./definition.ts";

export interface OutputSchema {
	/** What answers are held against: further keys are allowed, as they always were. */
	readonly accepts: Mapping;
	/**
	 * What a provider may be asked to keep to: every key is required, one that may be absent may be null. Undefined where a
	 * field may hold anything, which strict schemas cannot say.
	 */
	readonly strict: Mapping | undefined;
}

/** The schemas of an agent's `output`. */
export function outputSchemaOf(fields: Mapping): OutputSchema {
	return { accepts: acceptingObject(fields), strict: strictObject(fields) };
}

const jsonTypes: Readonly<Record<string, string>> = {
	str: "string",
	int: "integer",
	float: "number",
	bool: "boolean",
	list: "array",
	object: "object",
};

function acceptingObject(fields: Mapping): Mapping {
	const entries = Object.entries(fields).map(([name, field]) => [name, isRecord(field) ? field : {}] as const);
	return {
		type: "object",
		properties: ownProperties(
			entries.map(([name, field]) => {
				const schema = accepting(field);
				return [name, isOptional(field) ? orNull(schema) : schema];
			}),
		),
		required: entries.filter(([, field]) => !isOptional(field)).map(([name]) => name),
	};
}

function accepting(field: Mapping): Mapping {
	const type = jsonTypeOf(field);
	return {
		...annotations(field),
		...(type === "object" && isRecord(field.properties)
			? acceptingObject(field.properties)
			: { ...(type !== undefined && { type }) }),
		...(type === "array" && isRecord(field.items) && { items: accepting(field.items) }),
	};
}

/** Said without `anyOf`, so that a mismatch is one error. */
function orNull(schema: Mapping): Mapping {
	return {
		...schema,
		...(typeof schema.type === "string" && { type: [schema.type, "null"] }),
		...(Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
	};
}

function strictObject(fields: Mapping): Mapping | undefined {
	const properties: [string, Mapping][] = [];
	for (const [name, field] of Object.entries(fields)) {
		const schema = strict(isRecord(field) ? field : {});
		if (schema === undefined) return undefined;
		properties.push([name, isRecord(field) && isOptional(field) ? { anyOf: [schema, { type: "null" }] } : schema]);
	}
	return {
		type: "object",
		properties: ownProperties(properties),
		required: properties.map(([name]) => name),
		additionalProperties: false,
	};
}

function strict(field: Mapping): Mapping | undefined {
	const type = jsonTypeOf(field);
	if (type === undefined) return undefined;
	if (type === "object") {
		const object = isRecord(field.properties) ? strictObject(field.properties) : undefined;
		return object && { ...annotations(field), ...object };
	}
	if (type !== "array") return { ...annotations(field), type };
	const items = isRecord(field.items) ? strict(field.items) : undefined;
	return items && { ...annotations(field), type, items };
}

/** `json` is any value, and so is a field without a type that is known. */
function jsonTypeOf({ type }: Mapping): string | undefined {
	return typeof type === "string" && Object.hasOwn(jsonTypes, type) ? jsonTypes[type] : undefined;
}

function annotations(field: Mapping): Mapping {
	return {
		...(typeof field.description === "string" && { description: field.description }),
		...(Array.isArray(field.enum) && field.enum.length > 0 && { enum: field.enum }),
	};
}

function isOptional(field: Mapping): boolean {
	return field.required === false;
}

/** Names are the user's: `__proto__` stays a key of its own. */
function ownProperties(entries: readonly (readonly [string, Mapping])[]): Mapping {
	return Object.fromEntries(entries);
}

/** The answer to a strict schema without the nulls that stand for absent fields. */
export function withoutAbsent(value: unknown, fields: Mapping): unknown {
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, item]) => {
			const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
			if (!isRecord(field)) return [[name, item]];
			return item === null && isOptional(field) ? [] : [[name, withoutAbsentIn(item, field)]];
		}),
	);
}

function withoutAbsentIn(value: unknown, field: Mapping): unknown {
	if (isRecord(field.properties)) return withoutAbsent(value, field.properties);
	const { items } = field;
	return Array.isArray(value) && isRecord(items) ? value.map((item) => withoutAbsentIn(item, items)) : value;
}
