/** Rows of an execution's log: the finished steps of its visits, in the order in which they finished. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { type Journal, type JournalEntry, readEntry } from "../steps/journal.ts";
import type { LogRow } from "../store/persistence-backend.ts";
import { type LaunchIntent, readIntents } from "./machine-snapshot.ts";

/** A finished step of one visit. */
export interface LogEntry {
	/** The machine's step. */
	readonly step: number;
	/** The XState state of the visit. */
	readonly at: string;
	/** The step's key within the visit. */
	readonly key: string;
	readonly entry: JournalEntry;
	/** When it finished, in milliseconds since 1970. */
	readonly time: number;
}

/** What the log notes of the execution beside finished steps of its visits; such an entry belongs to no state. */
const note = {
	/** Nothing counts any more that had failed before: an execution that has failed is resumed. */
	retry: "retry",
	/** A machine was launched. */
	launched: "launched",
} as const;

/** Says in the log that from here on what had failed is tried again. */
export function retryEntry(step: number, time: number): LogEntry {
	return { step, at: "", key: note.retry, entry: { output: null }, time };
}

/** Says in the log which machine was launched: the next snapshot that names it may be long in coming. */
export function launchedEntry(step: number, time: number, intent: LaunchIntent): LogEntry {
	return { step, at: "", key: note.launched, entry: { output: intent }, time };
}

/** The machines that a log says were launched. */
export function launchedIn(entries: readonly LogEntry[]): LaunchIntent[] {
	const intents = entries.flatMap(({ at, key, entry }) =>
		at === "" && key === note.launched && "output" in entry ? [entry.output] : [],
	);
	return readIntents(intents) ?? [];
}

/**
 * What counts of a log: what had failed, before the execution was resumed to try it again, does not.
 * @param keptOf gives those of the entries from before that count
 */
export function withoutRetried(
	entries: readonly LogEntry[],
	keptOf: (entries: readonly LogEntry[]) => readonly LogEntry[],
): { readonly entries: readonly LogEntry[]; readonly isRetry: boolean } {
	const isMark = ({ at, key }: LogEntry) => at === "" && key === note.retry;
	const last = entries.findLastIndex(isMark);
	if (last < 0) return { entries, isRetry: false };
	const before = keptOf(entries.slice(0, last).filter((entry) => !isMark(entry)));
	return { entries: [...before, ...entries.slice(last + 1)], isRetry: true };
}

/** Rows for entries, one for each of the machine's steps among them. */
export function writeRows(entries: readonly LogEntry[], toText: (value: unknown) => string): LogRow[] {
	const rows: LogRow[] = [];
	for (let start = 0; start < entries.length; ) {
		const step = entries[start]?.step ?? 0;
		let end = start + 1;
		while (entries[end]?.step === step) end++;
		const steps = entries.slice(start, end).map(({ at, key, entry, time }) => ({ at, key, time, ...entry }));
		rows.push({ step, text: toText(steps) });
		start = end;
	}
	return rows;
}

/** The entries of rows; a row or an entry that cannot be read is left out, and its step done again. */
export function readRows(rows: readonly LogRow[]): LogEntry[] {
	return rows.flatMap(({ step, text }) => {
		const list = parse(text);
		if (!Array.isArray(list)) return [];
		return list.flatMap((value: unknown): LogEntry[] => {
			const entry = readEntry(value);
			if (!entry || !isRecord(value) || typeof value.at !== "string" || typeof value.key !== "string") return [];
			return [{ step, at: value.at, key: value.key, entry, time: typeof value.time === "number" ? value.time : 0 }];
		});
	});
}

/** Journals by visit; see `visitName`. */
export function journalsOf(entries: readonly LogEntry[]): Map<string, Journal> {
	const journals = new Map<string, Journal>();
	for (const { step, at, key, entry } of entries) {
		const name = visitName(step, at);
		const journal = journals.get(name) ?? {};
		// A key may be called `__proto__`: it is a key like every other.
		Object.defineProperty(journal, key, { value: entry, enumerable: true, configurable: true, writable: true });
		journals.set(name, journal);
	}
	return journals;
}

/** A visit's name among those of its execution. */
export function visitName(step: number, at: string): string {
	return `${step} ${at}`;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
