/** Where a planned machine comes from: what must be kept of its files so that it can be planned again without them. */
import type { DocumentPath } from "../document/document.ts";
import type { ProfilesPlan } from "./plan.ts";

/** A reference that led to a file. */
export interface FoundReference {
	/** The folder that it starts from, as the loader names it. */
	readonly folder: string;
	readonly reference: string;
	/** The file, as the loader names it. */
	readonly path: string;
}

export interface MachineOrigin {
	/** The document that the machine is written in. */
	readonly file: string;
	/** Where it stands there; `[]` unless it is written inside another machine. */
	readonly base: DocumentPath;
	/** The folder that its references start from, as the loader names it. */
	readonly folder: string;
	/** What it references itself, in order: agents, prompts, profiles, machines. */
	readonly references: readonly FoundReference[];
	/** The catalog in force, where it is not the machine's own: given by the caller, or by the machine above. */
	readonly catalog?: ProfilesPlan;
}

/** What a stored configuration says beside its files (compiler/bundle). */
export interface StoredSet {
	/** The machine to plan first: its id, and where it stands in the entry's document. */
	readonly start: { readonly id: string; readonly base: DocumentPath };
	/** Catalogs of machines whose own files do not say which, by the machine's id: a file, or the catalog itself. */
	readonly catalogs: ReadonlyMap<string, { readonly file: string } | { readonly value: unknown }>;
}
