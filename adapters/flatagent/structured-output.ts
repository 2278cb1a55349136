/** Structured answers: how a provider is asked for them, and how they are read and checked (spec section 19.5). */
import type { ErrorObject, ValidateFunction } from "ajv";
import type { Completion } from "./completion.ts";
import type { Mapping } from "./definition.ts";
import { SchemaError } from "./errors.ts";
import { readOutput } from "./output.ts";
import { type OutputSchema, outputSchemaOf, withoutAbsent } from "./output-schema.ts";

/** `schema`: the provider keeps to a strict JSON Schema; `prompt`: JSON mode, and the prompt says what is wanted. */
export type AskedBy = "schema" | "prompt";

/** An answer as JSON. With `error` the output is what could be read of it. */
export interface StructuredAnswer {
	readonly output: unknown;
	readonly error?: SchemaError;
}

const mostProblems = 3;

/** What an agent's `output` asks for. */
export class StructuredOutput {
	readonly #fields: Mapping;
	readonly #schema: OutputSchema;
	readonly #name: string;
	#validate: Promise<ValidateFunction> | undefined;

	/** @param agentName names the schema for the provider */
	constructor(fields: Mapping, agentName: string) {
		this.#fields = fields;
		this.#schema = outputSchemaOf(fields);
		this.#name = agentName.replace(/[^\w-]/g, "_").slice(0, 64) || "answer";
	}

	/** How to ask, with a provider that takes schemas or does not. */
	askedBy(takesSchemas: boolean): AskedBy {
		return takesSchemas && this.#schema.strict !== undefined ? "schema" : "prompt";
	}

	/** The request's `response_format`. */
	responseFormat(by: AskedBy): Mapping {
		if (by === "prompt") return { type: "json_object" };
		return { type: "json_schema", json_schema: { name: this.#name, strict: true, schema: this.#schema.strict } };
	}

	/** The messages, in which the first, the system prompt, says what is wanted where the request itself does not. */
	messages(messages: readonly Mapping[], by: AskedBy): readonly Mapping[] {
		const [system, ...rest] = messages;
		if (by === "schema" || typeof system?.content !== "string") return messages;
		const wanted =
			"Answer with one JSON object that matches this JSON Schema, and with nothing else:\n" +
			JSON.stringify(this.#schema.accepts);
		return [{ ...system, content: `${system.content}\n\n${wanted}` }, ...rest];
	}

	/** Reads the JSON in an answer and holds it against the schema. */
	async read(
		{ content, finishReason, refusal }: Pick<Completion, "content" | "finishReason" | "refusal">,
		by: AskedBy,
	): Promise<StructuredAnswer> {
		if (!content) {
			const why = refusal === null ? "it is empty" : `the model refused to answer: ${refusal}`;
			return { output: null, error: new SchemaError("", why) };
		}
		const read = readOutput(content);
		const output = by === "schema" ? withoutAbsent(read.output, this.#fields) : read.output;
		const cut = finishReason === "length" ? "; it was cut off: set a higher `max_tokens` of the model" : "";
		if (!read.isJson) return { output, error: new SchemaError("", `it holds no JSON${cut}`) };
		this.#validate ??= compile(this.#schema.accepts);
		const validate = await this.#validate;
		if (validate(output)) return { output };
		const problems = (validate.errors ?? []).map(problemOf);
		const more = problems.length > mostProblems ? `; and ${problems.length - mostProblems} more` : "";
		const told = problems.slice(0, mostProblems).map(({ text }) => text);
		return { output, error: new SchemaError(problems[0]?.path ?? "", `${told.join("; ")}${more}${cut}`) };
	}
}

/** Loaded with the first structured answer: other agents have no use for it. */
async function compile(schema: Mapping): Promise<ValidateFunction> {
	const { Ajv } = await import("ajv");
	return new Ajv({ allErrors: true, strict: false, logger: false }).compile(schema);
}

function problemOf({ instancePath, keyword, params, message = "is wrong" }: ErrorObject): {
	readonly path: string;
	readonly text: string;
} {
	const place = pathOf(instancePath);
	if (keyword === "required") {
		const path = join(place, String(params.missingProperty));
		return { path, text: `\`${path}\` is missing` };
	}
	const allowed = keyword === "enum" ? `: ${JSON.stringify(params.allowedValues)}` : "";
	return { path: place, text: `${place === "" ? "it" : `\`${place}\``} ${message}${allowed}` };
}

/** A JSON pointer in the words of templates: `/lines/1/city` is `lines[1].city`. */
function pathOf(pointer: string): string {
	return pointer
		.split("/")
		.slice(1)
		.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
		.reduce(join, "");
}

function join(path: string, part: string): string {
	if (/^\d+$/.test(part)) return `${path}[${part}]`;
	return path === "" ? part : `${path}.${part}`;
}
