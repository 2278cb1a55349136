/** A generated run: an input and answers, made up when they are asked for and kept, so that it goes the same way again. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import type { Ending, Scenario, ScenarioScript, TransitionId } from "../scenario/scenario.ts";
import { writeScenario } from "../scenario/write-scenario.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import type { AnswerArbitraries, AnswerKind, Ask } from "./answer-arbitraries.ts";
import { executeRun } from "./execute-run.ts";
import { fastCheck } from "./fast-check.ts";
import type { Moment } from "./moments.ts";

/** What runs are made of and executed with. */
export interface RunSubject {
	readonly compiled: { readonly set: CompiledSet };
	readonly planId: string;
	readonly answers: AnswerArbitraries;
}

/** An answer that a run got, and when. */
export interface Answered {
	readonly ask: Ask;
	readonly answer: unknown;
	/** The step in which it was asked for, from 1. */
	readonly step: number;
}

/** How a run went. */
export interface RunReport {
	readonly input: FlatContext;
	/** The states that were entered. */
	readonly path: readonly string[];
	readonly taken: readonly TransitionId[];
	readonly ending: Ending;
	/** Of a run that reached a final state. */
	readonly output: unknown;
	/** The final context, without `machine`. */
	readonly context: FlatContext;
	/** What invariants look at: every state as it was entered, and every change. */
	readonly moments: readonly Moment[];
	readonly answers: readonly Answered[];
	/** The run as a scenario, which `replayScenario` and `flatstate run --script` replay. */
	readonly scenario: Scenario;
}

/** Answers by kind and name, in the order in which they are used up. */
export type Tape = ReadonlyMap<string, readonly unknown[]>;

/** How long a run is: the measure by which shrinking must come to an end. */
export interface RunLength {
	readonly steps: number;
	readonly answers: number;
	readonly failures: number;
}

export interface RunParts {
	readonly input: FlatContext;
	/** Answers that are decided. */
	readonly tape: Tape;
	/** States after which the run is stopped. */
	readonly maxSteps: number;
	/** Makes an answer where the tape has none. */
	readonly draw: (ask: Ask) => unknown;
	/** Of the run that this one was made simpler of. */
	readonly origin?: RunLength;
	/** Whether it must be shorter than its origin; else it may also be as long, with nothing but the answers of the tape. */
	readonly isShorter?: boolean;
}

/** How fast-check shows a value. */
const toStringMethod: unique symbol = Symbol.for("fast-check/toStringMethod");

export class Run {
	readonly subject: RunSubject;
	readonly input: FlatContext;
	readonly maxSteps: number;
	/** The step at which what is looked for went wrong, if whoever looks has said so: shrinking starts there. */
	failedAt: number | undefined;
	readonly #parts: RunParts;
	/** Answers that were drawn, behind those of the tape. */
	readonly #drawn = new Map<string, unknown[]>();
	#report: RunReport | undefined;

	constructor(subject: RunSubject, parts: RunParts) {
		this.subject = subject;
		this.input = parts.input;
		this.maxSteps = parts.maxSteps;
		this.#parts = parts;
	}

	/** How it went, once it has been executed. */
	get report(): RunReport | undefined {
		return this.#report;
	}

	/**
	 * Runs the machine, on the real runtime. Again it goes the same way.
	 * @throws fast-check's PreconditionFailure while it shrinks, for a run that has turned out to be no simpler
	 */
	async execute(): Promise<RunReport> {
		const report = await this.play();
		// Otherwise fast-check could go round in circles: it takes every run that goes wrong for a simpler one.
		if (this.isSimpler) return report;
		const { PreconditionFailure } = fastCheck();
		throw new PreconditionFailure();
	}

	/** Runs the machine, also where the run is no simpler than the one that it was made of. */
	async play(): Promise<RunReport> {
		this.#report = await executeRun(this);
		return this.#report;
	}

	/** Of a run that has been played: whether it has turned out simpler than the one that it was made of, if there is one. */
	get isSimpler(): boolean {
		const { origin, isShorter = false } = this.#parts;
		if (!origin || !this.#report) return true;
		return isSimpler(lengthOf(this.#report), origin, isShorter || this.#drawn.size > 0);
	}

	/** The answer to the nth question (from 0) of this kind and name. */
	answer(ask: Ask, n: number): unknown {
		const key = tapeKey(ask.kind, ask.name);
		const decided = this.#parts.tape.get(key) ?? [];
		if (n < decided.length) return decided[n];
		const drawn = this.#drawn.get(key) ?? [];
		this.#drawn.set(key, drawn);
		while (drawn.length <= n - decided.length) drawn.push(this.#parts.draw(ask));
		return drawn[n - decided.length];
	}

	/** The scenario file of a run that has been executed. */
	toString(): string {
		if (this.#report) return writeScenario(this.#report.scenario);
		return `a run of ${this.subject.planId} that was not executed, with the input ${JSON.stringify(this.input)}`;
	}

	[toStringMethod](): string {
		return this.toString();
	}
}

/** @param mustBeShorter whether runs as long as the origin are no simpler */
function isSimpler(length: RunLength, origin: RunLength, mustBeShorter: boolean): boolean {
	const [difference] = [
		length.steps - origin.steps,
		length.answers - origin.answers,
		length.failures - origin.failures,
	].filter((one) => one !== 0);
	return difference === undefined ? !mustBeShorter : difference < 0;
}

/** The length of a run, up to a step. */
export function lengthOf({ path, answers }: RunReport, steps = path.length): RunLength {
	const asked = answers.filter(({ step }) => step <= steps);
	const failures = asked.filter(({ answer }) => isFailure(answer)).length;
	return { steps, answers: asked.length, failures };
}

export function tapeKey(kind: AnswerKind, name: string): string {
	return `${kind} ${name}`;
}

/** The answers of a scenario as a tape. */
export function tapeOf(script: ScenarioScript): Tape {
	const tape = new Map<string, readonly unknown[]>();
	for (const kind of ["agents", "machines", "actions", "waits"] as const) {
		for (const [name, answers] of Object.entries(script[kind])) tape.set(tapeKey(kind, name), answers);
	}
	return tape;
}

/** Whether an answer is a failure: a call that throws, a wait that times out. */
export function isFailure(answer: unknown): boolean {
	return isRecord(answer) && (("throw" in answer && typeof answer.throw === "string") || answer.timeout === true);
}
