/** Which of BullMQ's queues a job goes to: one for each set of things that a worker must have. */
import { createHash } from "node:crypto";

/** Queues by name, with what their jobs require. */
export type Routes = ReadonlyMap<string, readonly string[]>;

/** The name of the queue for jobs that require these things. */
export function queueFor(base: string, requires: readonly string[]): string {
	if (requires.length === 0) return base;
	return `${base}-${createHash("sha256").update(requiresText(requires)).digest("hex").slice(0, 16)}`;
}

/** What a job requires as it is written down beside its queue's name. */
export function requiresText(requires: readonly string[]): string {
	return JSON.stringify([...new Set(requires)].sort());
}

/** @returns undefined for what is no list of texts */
export function readRequires(text: string): readonly string[] | undefined {
	try {
		const value: unknown = JSON.parse(text);
		if (!Array.isArray(value)) return undefined;
		const list = value.filter((item) => typeof item === "string");
		return list.length === value.length ? list : undefined;
	} catch {
		return undefined;
	}
}
