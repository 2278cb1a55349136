/** One execution of `race.yml` for which processes race, and what its lines and the store must agree on. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { readRows } from "../../runtime/checkpoint/log.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type Line, parseName, readLines } from "./call-log.ts";
import type { Work } from "./processes.ts";

const document = readFileSync(join(import.meta.dirname, "race.yml"), "utf8");

export class Rivalry {
	readonly id = `race-${randomUUID()}`;
	readonly #store: Store;
	readonly #url: string;
	readonly #log: string;

	constructor(store: Store, url: string, folder: string) {
		this.#store = store;
		this.#url = url;
		this.#log = join(folder, `${this.id}.log`);
	}

	/** @param maxSteps of the execution, counted from its start */
	work(maxSteps: number, more: Pick<Work, "kill" | "leaseSeconds"> = {}): Work {
		const { id } = this;
		return { url: this.#url, document, id, log: this.#log, options: { maxSteps }, keepsStore: true, ...more };
	}

	get lines(): readonly Line[] {
		return readLines(this.#log);
	}

	/** The machine's step. */
	async step(): Promise<number> {
		return (await this.#store.persistence.loadExecution(this.id))?.summary.step ?? 0;
	}

	/** There was one writer at any time, and what the store has was written by who held the lease then. */
	async check(): Promise<void> {
		const { lines } = this;
		// A line of who had the lease before would come after one of who has it.
		const tokens = lines.map(({ token }) => token);
		expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
		expect(tokens).not.toContain(0);
		const owners = new Map(lines.map(({ token, pid }) => [token, pid]));
		expect(lines.filter(({ token, pid }) => owners.get(token) !== pid)).toEqual([]);
		const taken = lines.filter(({ word }) => word === "acquired").map(({ token }) => token);
		expect(new Set(taken).size).toBe(taken.length);
		await this.checkHistory(lines);
	}

	/** The store has one row and one checkpoint for each step, in order, each from a call that ended. */
	async checkHistory(lines: readonly Line[]): Promise<void> {
		const { persistence } = this.#store;
		const rows = readRows(await persistence.loadLog(this.id, 0)).filter(({ key }) => key === "agent.mark.1");
		expect(rows.map(({ step }) => step)).toEqual(rows.map((_, index) => index + 1));
		const ends = new Set(
			lines
				.filter(({ word }) => word === "end")
				.map(({ name, pid, token }) => [parseName(name).step, pid, token].join()),
		);
		const written = rows.map(({ step, entry }) => [step, ...writerOf(entry)].join());
		expect(written.filter((row) => !ends.has(row))).toEqual([]);
		const writers = rows.map(({ entry }) => writerOf(entry)[1] ?? 0);
		expect(writers).toEqual([...writers].sort((a, b) => a - b));
		const values = rows.map(({ entry }) => outputOf(entry).value);
		expect(values).toEqual(rows.map((_, index) => index + 1));

		const keys = await persistence.listCheckpoints(this.id);
		const steps = keys.map((key) => Number(/step_(\d+)_/.exec(key)?.[1]));
		expect(steps).toEqual([...steps].sort((a, b) => a - b));
		expect(new Set(keys).size).toBe(keys.length);
		const stored = await persistence.loadExecution(this.id);
		const latest = stored?.latestKey ? await persistence.loadCheckpoint(stored.latestKey) : null;
		const snapshot: unknown = JSON.parse(latest?.text ?? "null");
		// The log may be ahead of the snapshot, by the step that the snapshot is in.
		const ahead = rows.length - Number(isRecord(snapshot) && isRecord(snapshot.context) ? snapshot.context.n : -1);
		expect([0, 1]).toContain(ahead);
	}
}

function outputOf(entry: unknown): Record<string, unknown> {
	const result = isRecord(entry) ? entry.output : undefined;
	const output = isRecord(result) ? result.output : undefined;
	return isRecord(output) ? output : {};
}

/** Process and token. */
function writerOf(entry: unknown): readonly number[] {
	const { by } = outputOf(entry);
	return Array.isArray(by) ? by.map(Number) : [];
}
