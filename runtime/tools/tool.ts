/** A tool that is a function: `tool({ name, description, parameters, execute })`. */
import { argumentSchema, type JsonSchemaObject, type StandardArguments } from "./argument-schema.ts";
import { InvalidToolError } from "./errors.ts";
import type { ToolCallInfo, ToolDefinition, ToolResult } from "./tool-provider.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A tool, ready to be offered to a model. */
export interface Tool {
	readonly name: string;
	/** What the model is told. */
	readonly definition: ToolDefinition;
	/** @throws InvalidToolError where the schema of its arguments is none */
	prepare(): Promise<void>;
	/** Checks the arguments, and calls the function with those that fit; what does not fit is an error for the model. */
	run(args: Arguments, info: ToolCallInfo): Promise<ToolResult>;
}

export interface ToolOptions<Parsed extends Arguments, Schema> {
	/** Letters, digits, `_` and `-`, at most 64 of them. */
	readonly name: string;
	/** What the tool does; the model decides by it. */
	readonly description: string;
	/** Default: no arguments. */
	readonly parameters?: Schema;
	/**
	 * A text is what the model reads, anything else is told as JSON; what is thrown is told as an error.
	 * @param args checked, with the defaults of a schema object filled in
	 */
	execute(args: Parsed, info: ToolCallInfo): unknown;
}

/**
 * Makes a tool. Arguments are validated before `execute` is called; where they do not fit, the model is told so.
 * @param options `parameters` as a schema of zod 4.2 or later, or of another library with Standard JSON Schema
 * @throws InvalidToolError for a name that providers refuse, and for parameters that are no schema of an object
 */
export function tool<Parsed extends Arguments>(options: ToolOptions<Parsed, StandardArguments<Parsed>>): Tool;
/** @param options `parameters` as JSON Schema */
export function tool(options: ToolOptions<Arguments, JsonSchemaObject>): Tool;
export function tool(
	options: ToolOptions<Arguments, JsonSchemaObject> | ToolOptions<Arguments, StandardArguments<Arguments>>,
): Tool {
	const { name, description, parameters = noParameters } = options;
	if (!/^[\w-]{1,64}$/.test(name)) {
		throw new InvalidToolError(name, "a name has letters, digits, `_` and `-` only, and at most 64 of them.");
	}
	const schema = argumentSchema(name, parameters);
	return {
		name,
		definition: { type: "function", function: { name, description, parameters: schema.json } },
		prepare: () => schema.compile(),
		async run(args, info) {
			const checked = await schema.check(args);
			if ("problems" in checked) return invalidArguments(name, checked.problems);
			return { content: textOf(await options.execute(checked.value, info)) };
		},
	};
}

/** What the model is told of arguments that do not fit. */
export function invalidArguments(name: string, problems: readonly string[]): ToolResult {
	return { content: `Invalid arguments for tool '${name}': ${problems.join("; ")}`, is_error: true };
}

const noParameters: JsonSchemaObject = { type: "object", properties: {}, additionalProperties: false };

function textOf(value: unknown): string {
	if (typeof value === "string") return value;
	return value === undefined || value === null ? "" : (JSON.stringify(value) ?? String(value));
}
