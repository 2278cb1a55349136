/** The schema of a tool's arguments: JSON Schema, or a schema object of zod and others that speak Standard Schema. */
import type { ErrorObject, ValidateFunction } from "ajv";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { InvalidToolError } from "./errors.ts";

export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/**
 * What zod 4.2 and later, and every other library with Standard JSON Schema, gives under `~standard`
 * (https://standardschema.dev).
 */
export interface StandardArguments<Output> {
	readonly "~standard": {
		readonly version: 1;
		readonly vendor: string;
		readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
		readonly types?: { readonly output: Output } | undefined;
		readonly jsonSchema: {
			readonly input: (options: { readonly target: "draft-07" }) => Record<string, unknown>;
		};
	};
}

export type StandardResult<Output> =
	| { readonly value: Output; readonly issues?: undefined }
	| { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
	readonly message: string;
	readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Arguments as the tool gets them, or what is wrong with them, one sentence each. */
export type CheckedArguments =
	| { readonly value: Readonly<Record<string, unknown>> }
	| { readonly problems: readonly string[] };

/** Judges arguments. The JSON Schema goes first, then what the schema object can check beyond it. */
export interface ArgumentSchema {
	/** What the model is told. */
	readonly json: JsonSchemaObject;
	/** @throws InvalidToolError where the schema is none */
	compile(): Promise<void>;
	/** @throws InvalidToolError where the schema is none */
	check(args: Readonly<Record<string, unknown>>): Promise<CheckedArguments>;
}

/** Most problems that a model is told at once. */
const mostProblems = 10;

/**
 * @param isForeign whether the schema comes from outside of the program: then no pattern of it is tried, since one may
 * take for ever
 * @throws InvalidToolError for a schema object that gives no JSON Schema
 */
export function argumentSchema(
	tool: string,
	schema: JsonSchemaObject | StandardArguments<Readonly<Record<string, unknown>>>,
	isForeign = false,
): ArgumentSchema {
	const standard = isStandard(schema) ? schema["~standard"] : undefined;
	const json = standard ? jsonOf(tool, standard) : readJson(tool, schema);
	let compiled: Promise<ValidateFunction> | undefined;
	const validator = () => {
		compiled ??= compileJson(tool, json, isForeign);
		return compiled;
	};
	return {
		json,
		compile: async () => {
			await validator();
		},
		async check(args) {
			const validate = await validator();
			if (validate(args) !== true) return { problems: (validate.errors ?? []).slice(0, mostProblems).map(describe) };
			if (!standard) return { value: args };
			const result = await standard.validate(args);
			if (result.issues) return { problems: result.issues.slice(0, mostProblems).map(describeIssue) };
			return { value: result.value };
		},
	};
}

function isStandard(value: object): value is StandardArguments<Readonly<Record<string, unknown>>> {
	const standard: unknown = Reflect.get(value, "~standard");
	return typeof standard === "object" && standard !== null;
}

function jsonOf(tool: string, standard: StandardArguments<unknown>["~standard"]): JsonSchemaObject {
	if (!isRecord(standard.jsonSchema) || typeof standard.jsonSchema.input !== "function") {
		throw new InvalidToolError(
			tool,
			`this version of ${standard.vendor} does not tell its schemas as JSON Schema. Use zod 4.2 or later, or write the JSON Schema.`,
		);
	}
	try {
		return readJson(tool, standard.jsonSchema.input({ target: "draft-07" }));
	} catch (cause) {
		if (cause instanceof InvalidToolError) throw cause;
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new InvalidToolError(tool, `its parameters have no JSON Schema: ${reason}`, { cause });
	}
}

/** Models call functions with named arguments: nothing but an object fits. */
function readJson(tool: string, schema: unknown): JsonSchemaObject {
	if (!isRecord(schema)) throw new InvalidToolError(tool, "`parameters` is no JSON Schema.");
	const { $schema: _, "~standard": __, ...json } = schema;
	if (json.type !== undefined && json.type !== "object") {
		throw new InvalidToolError(tool, "`parameters` must be a schema of an object: {type: object, properties: {…}}.");
	}
	return { type: "object", ...json };
}

/** Takes every text for one that matches. */
const anyText = Object.assign(() => ({ test: () => true }), { code: "anyText" });

async function compileJson(tool: string, json: JsonSchemaObject, isForeign: boolean): Promise<ValidateFunction> {
	const { Ajv } = await import("ajv");
	const code = isForeign ? { code: { regExp: anyText } } : {};
	try {
		return new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false, ...code }).compile(json);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new InvalidToolError(tool, `\`parameters\` is no JSON Schema: ${reason}`, { cause });
	}
}

function describe({ instancePath, message = "is wrong", params }: ErrorObject): string {
	const extra =
		isRecord(params) && typeof params.additionalProperty === "string" ? `: ${params.additionalProperty}` : "";
	return `${instancePath === "" ? "arguments" : `arguments${instancePath}`} ${message}${extra}`;
}

function describeIssue({ path = [], message }: StandardIssue): string {
	const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
	return `${["arguments", ...keys].join("/")}: ${message}`;
}
