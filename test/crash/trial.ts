/** One execution of `everything.yml` that is killed again and again, and what must hold after every kill and at the end. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { resultUri } from "../../runtime/results/result-uri.ts";
import type { Store } from "../../runtime/store/store.ts";
import { type Line, outOfTurn, parseName, readLines } from "./call-log.ts";
import * as expected from "./expected.ts";
import { type KillPlan, pick } from "./kill-plans.ts";
import { type Known, readKnown } from "./known.ts";
import type { Drivers, LifeEnd, ToldResult } from "./processes.ts";

const document = readFileSync(join(import.meta.dirname, "everything.yml"), "utf8");

export interface TrialOptions {
	readonly store: Store;
	/** The same store, for other processes. */
	readonly url: string;
	/** For the lines that the processes write. */
	readonly folder: string;
	readonly drivers: Drivers;
	readonly random: () => number;
}

export interface Tally {
	kills: number;
	resumes: number;
	/** Calls that began once more, since their end was not stored before the kill. */
	repeats: number;
	/** Of these, the ones that had ended when the process was killed. */
	repeatedEnds: number;
	/** The root machine's states in which it was killed. */
	readonly killedIn: Map<string, number>;
}

const nothingKnown: Known = { executions: [], finished: new Set(), decided: new Map() };

export class Trial {
	readonly id = `run-${randomUUID()}`;
	readonly #options: TrialOptions;
	readonly #tally: Tally;
	readonly #log: string;
	/** Words that are sent before anybody waits for them. */
	readonly #isEarly: boolean;
	readonly #sent = new Set<string>();
	#known = nothingKnown;
	#lines: readonly Line[] = [];

	constructor(options: TrialOptions, tally: Tally) {
		this.#options = options;
		this.#tally = tally;
		this.#log = join(options.folder, `${this.id}.log`);
		this.#isEarly = options.random() < 0.4;
	}

	/** Runs to the end. @param planOf says how each life is killed */
	async run(planOf: (life: number, takesSignal: boolean) => KillPlan): Promise<ToldResult> {
		if (this.#isEarly) await this.#send(Object.keys(expected.words));
		for (let life = 0; ; life++) {
			const plan = planOf(life, this.#takesSignal());
			const end = await this.#live(plan);
			if (life > 0) this.#tally.resumes += 1;
			await this.#check(plan);
			switch (end.type) {
				case "killed": {
					this.#tally.kills += 1;
					const state = this.#known.executions[0]?.current_state ?? "not stored";
					this.#tally.killedIn.set(state, 1 + (this.#tally.killedIn.get(state) ?? 0));
					break;
				}
				case "error":
					throw new Error(`A life could not begin: ${end.error.stack}`);
				case "result": {
					const { status, error } = end.result;
					if (status === "done") {
						await this.#checkEnd(end.result);
						return end.result;
					}
					if (status !== "waiting") throw new Error(`It ended as ${status}: ${error?.stack}`);
					await this.#sendDue();
				}
			}
			if (life > 200) throw new Error("the run does not come to its end");
		}
	}

	async #live(kill: KillPlan): Promise<LifeEnd> {
		const { drivers, url, random } = this.#options;
		const driver = await drivers.take();
		const awaitSignals = random() < 0.3;
		let isOver = false;
		const sending = (async () => {
			while (!isOver) {
				await new Promise((resolve) => setTimeout(resolve, 25));
				await this.#sendDue();
			}
		})();
		const { id } = this;
		const work = { url, document, id, input: { run: id }, log: this.#log, options: { awaitSignals }, kill };
		const end = await driver.work(work).finally(async () => {
			isOver = true;
			await sending;
		});
		expect(driver.complaints).toBe("");
		if (end.type === "killed") await driver.end();
		else drivers.giveBack(driver);
		return end;
	}

	/** Whether an execution waits for a signal that is there. */
	#takesSignal(): boolean {
		return this.#known.executions.some((each) => each.event === "waiting" && this.#sent.has(nameOf(each)));
	}

	/** Sends what waiting executions wait for, as one finds them in the store. */
	async #sendDue(): Promise<void> {
		const { store } = this.#options;
		for (const channel of ["outer", "inner"]) {
			const waiting = await store.persistence.listExecutions({ waitingChannel: `${channel}/${this.id}` });
			for (const execution of waiting) await this.#send([nameOf(execution)], idOf(execution));
		}
	}

	async #send(names: readonly string[], executionId?: string): Promise<void> {
		const { store, random } = this.#options;
		for (const name of names) {
			const { channel, word } = expected.words[name] ?? {};
			if (word === undefined || this.#sent.has(name)) continue;
			this.#sent.add(name);
			const address = executionId !== undefined && pick(random, [true, false]) ? { executionId } : {};
			await store.signals.send(`${channel}/${this.id}`, { word }, address);
		}
	}

	async #check(plan: KillPlan): Promise<void> {
		const before = this.#known;
		const seen = this.#lines.length;
		this.#lines = readLines(this.#log);
		this.#known = await readKnown(this.#options.store, this.id);
		const fresh = this.#lines.slice(seen);
		const where = `killed by ${JSON.stringify(plan)}`;

		const begun = fresh.filter(({ word }) => word === "begin").map(({ name }) => name);
		expect({ where, again: begun.filter((name) => before.finished.has(name)) }).toEqual({ where, again: [] });
		const closed = new Set(before.executions.filter(({ status }) => status === "done").map(idOf));
		const reopened = begun.filter((name) => closed.has(parseName(name).execution));
		expect({ where, reopened }).toEqual({ where, reopened: [] });

		const old = namesOf(this.#lines.slice(0, seen));
		this.#tally.repeats += begun.filter((name) => old.begun.has(name)).length;
		this.#tally.repeatedEnds += begun.filter((name) => old.ended.has(name)).length;

		// What the store calls finished has ended, under the same name.
		const { ended } = namesOf(this.#lines);
		const never = [...this.#known.finished].filter((name) => !ended.has(name));
		expect({ where, never }).toEqual({ where, never: [] });
		// What it knew once, it knows for ever, and what was decided stays so.
		const forgotten = [...before.finished].filter((name) => !this.#known.finished.has(name));
		const changed = [...before.decided].filter(([name, value]) => this.#known.decided.get(name) !== value);
		expect({ where, forgotten, changed }).toEqual({ where, forgotten: [], changed: [] });
		expect({ where, outOfTurn: outOfTurn(this.#lines) }).toEqual({ where, outOfTurn: [] });
	}

	async #checkEnd(result: ToldResult): Promise<void> {
		const { store } = this.#options;
		const { executions, finished } = this.#known;
		const { output, agentCalls, cost, error } = result;
		expect({ output, agentCalls, cost, error }).toEqual({
			output: expected.output,
			agentCalls: expected.calls,
			cost: expected.cost,
			error: undefined,
		});
		const unfinished = executions.filter(({ status }) => status !== "done" && status !== "stopped");
		expect(unfinished).toEqual([]);
		// Only who lost the race was given up. Files are renamed one after the other: killed between them, a child's end may
		// be known to its parent alone, which then goes on without it.
		const mayStand = store.name.startsWith("file:") ? ["never", "worker"] : ["never"];
		const losers = executions.filter(({ status }) => status === "stopped").map((each) => each.machine_name);
		expect(losers.filter((name) => !mayStand.includes(name))).toEqual([]);

		// All that ended is known by the names that it ended with: else nothing of the above could fail.
		const { begun, ended } = namesOf(this.#lines);
		const lost = [...ended].filter((name) => !finished.has(name));
		const gone = [...begun].filter((name) => !ended.has(name));
		const isOfLoser = (name: string) =>
			executions.some((each) => idOf(each) === parseName(name).execution && each.machine_name === "never");
		expect([...lost, ...gone].filter((name) => !isOfLoser(name))).toEqual([]);
		expect(finished.size).toBeGreaterThanOrEqual(expected.calls);

		expect(await store.results.read(resultUri(this.id), { block: false })).toEqual(expected.output);
		await this.#checkLaunches();
		for (const channel of ["outer", "inner"]) expect(await store.signals.peek(`${channel}/${this.id}`)).toEqual([]);
	}

	/** Every launch has begun one execution, which has ended and whose result can be read. */
	async #checkLaunches(): Promise<void> {
		const { store } = this.#options;
		const { executions } = this.#known;
		const launched = executions.filter((each) => each.root_execution_id === idOf(each) && idOf(each) !== this.id);
		const results = new Map<string, unknown[]>();
		for (const execution of launched) {
			const { machine_name: name } = execution;
			const result = await store.results.read(resultUri(idOf(execution)), { block: false });
			results.set(name, [...(results.get(name) ?? []), result]);
		}
		for (const list of results.values()) list.sort((a, b) => JSON.stringify(b).localeCompare(JSON.stringify(a)));
		expect(Object.fromEntries(results)).toEqual(expected.launched);
		// Also of those that the store might have lost sight of.
		const scrubbed = this.#lines.filter(({ name }) => parseName(name).state === "scrub");
		const ids = new Set(scrubbed.map(({ name }) => parseName(name).execution));
		expect([...ids].filter((id) => !launched.some((each) => idOf(each) === id))).toEqual([]);
		expect(new Set(executions.map(idOf)).size).toBe(executions.length);
	}

	/** Removes it from a store that others may use, too. */
	async remove(): Promise<void> {
		for (const { execution_id: id, root_execution_id: root } of this.#known.executions) {
			if (id === root) await this.#options.store.persistence.deleteExecution(id);
		}
	}
}

function idOf({ execution_id: id }: Known["executions"][number]): string {
	return id;
}

/** Of the word that it waits for. */
function nameOf({ machine_name: machine, current_state: state }: Known["executions"][number]): string {
	return machine === "inner" ? machine : state;
}

function namesOf(lines: readonly Line[]): { readonly begun: Set<string>; readonly ended: Set<string> } {
	const having = (wanted: Line["word"]) => new Set(lines.filter(({ word }) => word === wanted).map(({ name }) => name));
	return { begun: having("begin"), ended: having("end") };
}
