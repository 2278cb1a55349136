/** What is known about the type of a value before anything runs: a set of possible types, and who made a text of it. */
import type { DocumentPath } from "../document/document.ts";

/** A set of types as bits. */
export type Types = number;

export const TEXT = 1;
export const NUMBER = 2;
export const BOOLEAN = 4;
export const NULL = 8;
export const LIST = 16;
export const MAP = 32;
/** Anything: from a model, a hook, the run's input. */
export const ANY = 64;

/** A template that made a text out of a value. */
export interface TextWriter {
	/** Where the template stands. */
	readonly path: DocumentPath;
	/** The template as written. */
	readonly text: string;
	/** Types of the value inside a template that is nothing but `{{ value }}`; 0 for any other template. */
	readonly inner: Types;
	/** That value as a bare path, which would keep its type. */
	readonly barePath?: string;
}

export interface ValueInfo {
	readonly types: Types;
	/** The templates that the TEXT among the types comes from. */
	readonly writers: readonly TextWriter[];
}

export const UNKNOWN: ValueInfo = { types: ANY, writers: [] };

export function info(types: Types): ValueInfo {
	return { types, writers: [] };
}

/** So many writers are remembered; what they have in common is said of the first ones. */
const MOST_WRITERS = 16;

/** A value that is one or the other. */
export function union(one: ValueInfo, other: ValueInfo): ValueInfo {
	const types = one.types | other.types;
	if (one.writers === other.writers || other.writers.length === 0) {
		return types === one.types ? one : { types, writers: one.writers };
	}
	if (one.writers.length === 0) return types === other.types ? other : { types, writers: other.writers };
	const room = MOST_WRITERS - one.writers.length;
	const isKnown = (writer: TextWriter): boolean => one.writers.some((known) => samePath(known.path, writer.path));
	const added = room <= 0 ? [] : other.writers.filter((writer) => !isKnown(writer)).slice(0, room);
	if (added.length === 0) return types === one.types ? one : { types, writers: one.writers };
	return { types, writers: [...one.writers, ...added] };
}

/** The types of a constant. */
export function typesOfValue(value: unknown): Types {
	if (value === null || value === undefined) return NULL;
	if (typeof value === "string") return TEXT;
	if (typeof value === "number") return NUMBER;
	if (typeof value === "boolean") return BOOLEAN;
	return Array.isArray(value) ? LIST : MAP;
}

function samePath(one: DocumentPath, other: DocumentPath): boolean {
	return one.length === other.length && one.every((key, index) => key === other[index]);
}
