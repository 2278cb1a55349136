/** The pure parts of `mdap_voting`: settings, red flags, vote keys and the count (spec section 9). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { FlatstateError } from "../errors.ts";
import { type AgentResult, schemaErrorCode } from "./agent.ts";
import { type CandidateParsing, readParsing } from "./candidate.ts";

/** Why a sample does not count as a vote. */
export type RedFlag = "format_error" | "validation_failed" | "length_exceeded";

/** Whether a value is valid by a JSON Schema. */
export type Validation = (value: unknown) => boolean;

export interface VotingSettings {
	/** Votes that win at once. */
	readonly kMargin: number;
	readonly maxCandidates: number;
	/** Length of an answer in tokens of four characters; null = any. */
	readonly maxResponseTokens: number | null;
	readonly parsing: CandidateParsing | undefined;
	/** JSON Schema of candidates. */
	readonly validationSchema: Readonly<Record<string, unknown>> | undefined;
}

/** `metadata.validation` is no JSON Schema. */
export class InvalidValidationSchemaError extends FlatstateError {
	constructor(options: ErrorOptions) {
		super("invalid_validation_schema", "metadata.validation of the agent is not a valid JSON Schema.", options);
	}
}

/**
 * The state's settings under those of the agent's `metadata.mdap` that are not zero or empty, with the agent's
 * `metadata.parsing` and `metadata.validation`.
 * @throws InvalidParsingError
 */
export function votingSettings(
	execution: Pick<VotingSettings, "kMargin" | "maxCandidates" | "maxResponseTokens">,
	metadata: Readonly<Record<string, unknown>> = {},
): VotingSettings {
	const mdap = isRecord(metadata.mdap) ? metadata.mdap : {};
	return {
		kMargin: positive(mdap.k_margin) ?? execution.kMargin,
		maxCandidates: positive(mdap.max_candidates) ?? execution.maxCandidates,
		maxResponseTokens: positive(mdap.max_response_tokens) ?? execution.maxResponseTokens,
		parsing: readParsing(metadata.parsing),
		validationSchema: isRecord(metadata.validation) ? metadata.validation : undefined,
	};
}

/** Compiled once for each schema: an agent votes in many states and runs. */
const compiled = new WeakMap<object, Promise<Validation>>();

/**
 * Compiles `metadata.validation`; without one everything is valid.
 * @throws InvalidValidationSchemaError
 */
export function compileValidation(schema: Readonly<Record<string, unknown>> | undefined): Promise<Validation> {
	if (schema === undefined || Object.keys(schema).length === 0) return Promise.resolve(() => true);
	const known = compiled.get(schema) ?? compileSchema(schema);
	compiled.set(schema, known);
	return known;
}

async function compileSchema(schema: Readonly<Record<string, unknown>>): Promise<Validation> {
	const { Ajv } = await import("ajv");
	try {
		// A schema may name a draft that ajv does not load by default; the keywords in use here are the same in all.
		const { $schema: _draft, ...keywords } = schema;
		const validate = new Ajv({ strict: false, validateFormats: false, logger: false }).compile(keywords);
		return (value) => validate(value) === true;
	} catch (cause) {
		throw new InvalidValidationSchemaError({ cause });
	}
}

/** Why a candidate does not count, or null when it does. */
export function redFlagOf(
	candidate: unknown,
	result: AgentResult,
	{
		validate,
		maxResponseTokens,
		parsing,
	}: { readonly validate: Validation } & Pick<VotingSettings, "maxResponseTokens"> & Partial<VotingSettings>,
): RedFlag | null {
	if (candidate === null || candidate === undefined) return "format_error";
	if (!validate(candidate)) return "validation_failed";
	// Patterns read the text, whatever the agent's own schema says of it.
	if (parsing === undefined && result.error?.code === schemaErrorCode) return "validation_failed";
	if (maxResponseTokens === null) return null;
	const text = result.content ?? JSON.stringify(candidate);
	const characters = [...text].length;
	return Math.floor(characters / 4) > maxResponseTokens ? "length_exceeded" : null;
}

/** Equal candidates have equal keys: JSON with sorted keys at every depth. */
export function voteKey(candidate: unknown): string {
	return JSON.stringify(sorted(candidate)) ?? "null";
}

/** Counts votes. Plain data go in and out, so that a count survives a restart (`votes`). */
export class VoteCount {
	readonly #votes = new Map<string, { readonly candidate: unknown; count: number }>();

	/** @param votes from `votes` of an earlier count */
	constructor(votes: readonly { readonly candidate: unknown; readonly count: number }[] = []) {
		for (const { candidate, count } of votes) this.#votes.set(voteKey(candidate), { candidate, count });
	}

	/** Adds a vote and gives the number of votes that the candidate has now. */
	add(candidate: unknown): number {
		const key = voteKey(candidate);
		const vote = this.#votes.get(key) ?? { candidate, count: 0 };
		vote.count += 1;
		this.#votes.set(key, vote);
		return vote.count;
	}

	/** The candidate with most votes, of several the one seen first; undefined before the first vote. */
	leader(): { readonly candidate: unknown; readonly count: number } | undefined {
		let leader: { readonly candidate: unknown; readonly count: number } | undefined;
		for (const vote of this.#votes.values()) {
			if (leader === undefined || vote.count > leader.count) leader = vote;
		}
		return leader;
	}

	/** Candidates with their votes, in the order in which they were first seen. */
	votes(): { readonly candidate: unknown; readonly count: number }[] {
		return [...this.#votes.values()].map(({ candidate, count }) => ({ candidate, count }));
	}
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (!isRecord(value)) return value;
	// A list of pairs: an object would put integer-like keys first and swallow `__proto__`.
	const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
	return { map: entries.sort(([first], [second]) => (first < second ? -1 : 1)) };
}

function positive(value: unknown): number | undefined {
	return typeof value === "number" && value > 0 ? value : undefined;
}
