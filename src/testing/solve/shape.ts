/** What an agent's answer may look like, by its output schema, and how values are made to fit it. */
import { isRecord, own, ownRecord, ownString } from "../../../compiler/document/plain-data.ts";
import type { AgentPlan } from "../../../compiler/plan/plan.ts";
import { identical } from "./assignments.ts";
import { ABSENT, type Path } from "./paths.ts";

/** The form of a value. `any` is what nobody declares. */
export interface Shape {
	readonly type: "str" | "int" | "float" | "bool" | "json" | "list" | "object" | "any";
	readonly enum?: readonly unknown[];
	/** Of a field: whether it must be there. */
	readonly required: boolean;
	readonly items?: Shape;
	/** Of an object; undefined = any fields. */
	readonly properties?: ReadonlyMap<string, Shape>;
}

export const ANY_SHAPE: Shape = { type: "any", required: true };
/** What a model without an output schema answers: its text. */
export const TEXT_ANSWER: Shape = {
	type: "object",
	required: true,
	properties: new Map([["content", { type: "str", required: true }]]),
};

/** The form of one answer of an agent, as a state's templates see it as `output`. */
export function answerShape(agent: AgentPlan | undefined): Shape {
	if (agent === undefined || !isModel(agent)) return ANY_SHAPE;
	const data = ownRecord(agent.config, "data");
	const prompt = own(data, "prompt");
	// A prompt that is not at hand may declare anything.
	if (typeof prompt === "string") return ANY_SHAPE;
	const holder = isRecord(prompt) ? (isRecord(prompt.data) ? prompt.data : prompt) : data;
	const schema = own(holder, "output");
	if (isRecord(schema) && Object.keys(schema).length > 0) return objectShape(schema, true);
	return Object.keys(data).length > 0 ? TEXT_ANSWER : ANY_SHAPE;
}

/** Other runtimes than a model answer in their own form (spec section 19.7). */
function isModel(agent: AgentPlan): boolean {
	const name = ownString(ownRecord(agent.config, "data"), "profile") ?? agent.profiles?.default ?? "";
	const type = ownString(ownRecord(agent.profiles?.profiles, name), "type");
	return agent.type === "flatagent" && (type === undefined || type === "llm");
}

function objectShape(fields: Readonly<Record<string, unknown>>, required: boolean): Shape {
	return {
		type: "object",
		required,
		properties: new Map(Object.entries(fields).map(([name, field]) => [name, fieldShape(field)])),
	};
}

const TYPES = ["str", "int", "float", "bool", "json", "list", "object"] as const;

function fieldShape(field: unknown): Shape {
	const type = TYPES.find((name) => name === own(field, "type")) ?? "any";
	const required = own(field, "required") !== false;
	const allowed = own(field, "enum");
	const items = own(field, "items");
	const properties = own(field, "properties");
	if (type === "object" && isRecord(properties)) return objectShape(properties, required);
	return {
		type,
		required,
		...(Array.isArray(allowed) && allowed.length > 0 && { enum: allowed }),
		...(type === "list" && isRecord(items) && { items: fieldShape(items) }),
	};
}

/** A value that does not fit. */
export const UNFIT: unique symbol = Symbol("unfit");

/** The value as the shape has it, with what must be there filled in from `base`; `UNFIT` where it has no place for it. */
export function fitTo(value: unknown, shape: Shape): unknown {
	if (shape.enum !== undefined) {
		return shape.enum.find((allowed) => identical(allowed, value) || String(allowed) === value) ?? UNFIT;
	}
	switch (shape.type) {
		case "any":
		case "json":
			return value === undefined ? null : value;
		case "str":
			return asText(value);
		case "int":
			return asNumber(value, Number.isInteger);
		case "float":
			return asNumber(value, Number.isFinite);
		case "bool":
			return typeof value === "boolean" ? value : UNFIT;
		case "list":
			return fitList(value, shape);
		case "object":
			return fitObject(value, shape);
	}
}

function asText(value: unknown): unknown {
	if (typeof value === "string") return value;
	if (typeof value === "number") return String(value);
	if (typeof value === "boolean") return value ? "True" : UNFIT;
	return typeof value === "object" && value !== null ? JSON.stringify(value) : UNFIT;
}

function asNumber(value: unknown, accepts: (value: unknown) => boolean): unknown {
	const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
	return typeof number === "number" && accepts(number) ? number : UNFIT;
}

function fitList(value: unknown, { items }: Shape): unknown {
	if (!Array.isArray(value)) return UNFIT;
	if (items === undefined) return value;
	const fitted = value.map((item) => {
		const made = fitTo(item, items);
		return made === UNFIT ? plainValue(items, "item") : made;
	});
	return fitted;
}

function fitObject(value: unknown, { properties }: Shape): unknown {
	if (!isRecord(value)) return UNFIT;
	if (properties === undefined) return value;
	const fitted: Record<string, unknown> = {};
	for (const [name, field] of properties) {
		const given = Object.hasOwn(value, name) ? value[name] : undefined;
		if (given === undefined || (given === null && !field.required && field.type !== "json")) {
			if (field.required) fitted[name] = plainValue(field, name);
			continue;
		}
		const made = fitTo(given, field);
		if (made === UNFIT) return UNFIT;
		fitted[name] = made;
	}
	return fitted;
}

/** The shape of an answer that may leave out any of its fields; undefined where it may already, or has none. */
export function leavingOut(shape: Shape): Shape | undefined {
	const fields = [...(shape.properties ?? [])];
	if (shape.type !== "object" || !fields.some(([, { required }]) => required)) return undefined;
	return { ...shape, properties: new Map(fields.map(([name, field]) => [name, { ...field, required: false }])) };
}

/** An ordinary value of a shape, to stand where no condition asks for another. */
export function plainValue(shape: Shape, name: string): unknown {
	if (shape.enum !== undefined) return shape.enum[0];
	switch (shape.type) {
		case "int":
		case "float":
			return 1;
		case "bool":
			return true;
		case "list":
			return shape.items === undefined ? [words(name)] : [plainValue(shape.items, name)];
		case "object":
			return Object.fromEntries([...(shape.properties ?? [])].map(([key, field]) => [key, plainValue(field, key)]));
		case "json":
			return {};
		default:
			return words(name);
	}
}

/** `next_char` as `next char`: answers are read by people. */
export function words(name: string): string {
	return name.replaceAll("_", " ").trim() || "text";
}

/** The shape of what stands at `path`; undefined where the shape has no such place. */
export function shapeAt(shape: Shape, path: readonly (string | number)[]): Shape | undefined {
	let at: Shape | undefined = shape;
	for (const key of path) {
		if (at === undefined) return undefined;
		if (at.type === "any" || at.type === "json") return ANY_SHAPE;
		if (typeof key === "number") at = at.type === "list" ? (at.items ?? ANY_SHAPE) : undefined;
		else if (at.type !== "object") at = undefined;
		else at = at.properties === undefined ? ANY_SHAPE : at.properties.get(key);
	}
	return at;
}

/** A value at a place of an answer. */
export interface FieldValue {
	readonly path: Path;
	readonly value: unknown;
}

/** Values that a shape's author counts with: those that it lists, what may be missing, and the empty ones. */
export function variations({ type, enum: allowed, properties, required }: Shape, path: Path = []): FieldValue[] {
	const missing: readonly FieldValue[] = required ? [] : [{ path, value: ABSENT }];
	if (allowed !== undefined) return [...missing, ...allowed.map((value) => ({ path, value }))];
	const inside = [...(properties ?? [])].flatMap(([field, shape]) => variations(shape, [...path, field]));
	return [...missing, ...emptyOnes(type).map((value) => ({ path, value })), ...inside];
}

function emptyOnes(type: Shape["type"]): readonly unknown[] {
	switch (type) {
		case "bool":
			return [true, false];
		case "int":
		case "float":
			return [0];
		case "str":
			return [""];
		case "list":
			return [[]];
		case "json":
			return [null];
		default:
			return [];
	}
}
