/** The verdict of ajv on a document, by the validators that were generated from the published schemas. */
import type { SchemaKind } from "./definitions.ts";
import { type SchemaProblem, schemaCodes } from "./problem.ts";
import { validators } from "./validators.generated.ts";

/** What a generated validator says of one value. */
export interface Rejection {
	/** JSON pointer. */
	readonly instancePath: string;
	readonly keyword: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/** A validator as ajv generates it; `errors` are those of the last call. */
export interface Validator {
	(value: unknown): boolean;
	errors?: readonly Rejection[] | null;
}

export type Validators = Readonly<Record<SchemaKind, Validator>>;

/** @returns every rejection of a document; none if it matches its schema */
export function rejectionsOf(value: unknown, kind: SchemaKind): readonly Rejection[] {
	const validator = validators[kind];
	return validator(value) ? [] : (validator.errors ?? []);
}

/**
 * What a validator rejects and no problem speaks of: said in the validator's own terms, so that nothing that it
 * rejects is ever taken for valid.
 * @param value the document
 */
export function unsaidProblems(
	value: unknown,
	rejections: readonly Rejection[],
	problems: readonly SchemaProblem[],
): readonly SchemaProblem[] {
	const said = new Set(problems.map(({ path }) => pointerTo(path)));
	const meant = new Set(problems.map(({ path, replacement }) => pointerTo([...path.slice(0, -1), replacement ?? ""])));
	const whole = problems.filter((problem) => problem.speaksForAll).map(({ path }) => pointerTo(path));
	return rejections
		.filter((rejection) => {
			const { instancePath, keyword, params } = rejection;
			if (whole.some((pointer) => instancePath === pointer || instancePath.startsWith(`${pointer}/`))) return false;
			// What `then` or `else` rejects has a rejection of its own.
			if (keyword === "if") return false;
			if (keyword === "additionalProperties")
				return !said.has(`${instancePath}${pointerTo([params.additionalProperty])}`);
			// A missing key may also have been said by way of the misspelt one.
			const missing = `${instancePath}${pointerTo([params.missingProperty])}`;
			return !said.has(instancePath) && !(keyword === "required" && meant.has(missing));
		})
		.map(({ instancePath, keyword, params }) => ({
			path: pathOf(instancePath, value),
			at: "value",
			code: schemaCodes.rejected,
			severity: "error",
			message: `this does not match the schema: ${keyword} ${JSON.stringify(params)}`,
		}));
}

function pointerTo(path: readonly unknown[]): string {
	return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Indexes of lists are numbers in a path. */
function pathOf(pointer: string, value: unknown): readonly (string | number)[] {
	let at = value;
	return pointer
		.split("/")
		.slice(1)
		.map((part) => {
			const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
			const step = Array.isArray(at) ? Number(key) : key;
			at = childOf(at, key);
			return step;
		});
}

function childOf(value: unknown, key: string): unknown {
	if (typeof value !== "object" || value === null) return undefined;
	return Object.getOwnPropertyDescriptor(value, key)?.value;
}
