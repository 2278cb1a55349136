/** Executes a generated run on the real runtime, and writes down what it asked for and how it went. */
import type { ScriptedAnswer } from "../../../adapters/scripted/index.ts";
import { errorFromText } from "../../../adapters/scripted/index.ts";
import { isRecord, ownString } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { runWithAnswers } from "../scenario/answered-run.ts";
import type { RunAnswers } from "../scenario/replay-set.ts";
import type { ActionAnswer, ChildAnswer, Scenario, WaitAnswer } from "../scenario/scenario.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import type { AnswerKind } from "./answer-arbitraries.ts";
import { MomentRecorder } from "./moments.ts";
import type { Answered, Run, RunReport } from "./run.ts";

/** Longest name of a scenario, in states: longer ones have their middle left out. */
const LONGEST_NAME = 12;

/** Runs the machine with the run's answers. */
export async function executeRun(run: Run): Promise<RunReport> {
	const { subject, input, maxSteps } = run;
	const { plan } = subject.answers;
	const recorder = new MomentRecorder(plan.initial);
	const answers = new RunQuestions(run, recorder);
	const ran = await runWithAnswers(subject.compiled, input, answers, {
		planId: subject.planId,
		maxSteps,
		inspect: recorder.inspect,
	});
	if (answers.fault) throw answers.fault.error;
	const { path, taken, ending, context } = ran;
	// Nobody aborts a generated run; what could is a mistake in whoever called.
	if (!ending) throw new TypeError("A generated run was aborted.");
	const { answered } = answers;
	const isCut = ending.status === "stopped" && ending.reason === "max_steps";
	const scenario: Scenario = {
		name: nameOf(path),
		input,
		agents: byName(answered, "agents", agentAnswer),
		machines: byName(answered, "machines", childAnswer),
		actions: byName(answered, "actions", actionAnswer),
		waits: withoutTheTimely(byName(answered, "waits", waitAnswer), plan),
		path,
		taken,
		ending,
		context,
		...(isCut && { maxSteps }),
	};
	const output = ending.status === "done" ? ending.output : null;
	return { input, path, taken, ending, output, context, moments: recorder.moments, answers: answered, scenario };
}

/** What the run asks for, with the place where it stands. */
class RunQuestions implements RunAnswers {
	readonly answered: Answered[] = [];
	/** A mistake while an answer was made: the machine takes it for a failed call, and must not. */
	fault: { readonly error: unknown } | undefined;
	readonly #run: Run;
	readonly #recorder: MomentRecorder;
	readonly #states: ReadonlyMap<string, StatePlan>;
	readonly #counts = new Map<string, number>();

	constructor(run: Run, recorder: MomentRecorder) {
		this.#run = run;
		this.#recorder = recorder;
		this.#states = new Map(run.subject.answers.plan.states.map((state) => [state.name, state]));
	}

	agent(name: string): ScriptedAnswer {
		return agentAnswer(this.#ask("agents", name));
	}

	machine(name: string): unknown {
		const answer = childAnswer(this.#ask("machines", name));
		if ("throw" in answer) throw errorFromText(answer.throw);
		return answer.output;
	}

	/** It only starts. */
	launch(): void {}

	action(name: string, context: FlatContext): FlatContext {
		const answer = actionAnswer(this.#ask("actions", name));
		if ("throw" in answer) throw errorFromText(answer.throw);
		return { ...context, ...answer.set };
	}

	signal(state: string): WaitAnswer {
		return waitAnswer(this.#ask("waits", state));
	}

	expires(state: string): boolean {
		return "timeout" in waitAnswer(this.#ask("waits", state));
	}

	#ask(kind: AnswerKind, name: string): unknown {
		const { state: stateName, step, context } = this.#recorder.now();
		const state = this.#states.get(stateName);
		if (!state) throw new TypeError(`The run is in the state \`${stateName}\`, which its plan does not have.`);
		const key = `${kind} ${name}`;
		const n = this.#counts.get(key) ?? 0;
		this.#counts.set(key, n + 1);
		const ask = { kind, name, state, context };
		try {
			const answer = this.#run.answer(ask, n);
			this.answered.push({ ask, answer, step });
			return answer;
		} catch (error) {
			this.fault ??= { error };
			throw error;
		}
	}
}

function byName<Answer>(
	answered: readonly Answered[],
	kind: AnswerKind,
	read: (answer: unknown) => Answer,
): Readonly<Record<string, readonly Answer[]>> {
	const lists = new Map<string, Answer[]>();
	for (const { ask, answer } of answered) {
		if (ask.kind !== kind) continue;
		const list = lists.get(ask.name) ?? [];
		lists.set(ask.name, list);
		list.push(read(answer));
	}
	return Object.fromEntries(lists);
}

/** Of states that work, what comes behind the last visit that did not end in time says nothing. */
function withoutTheTimely(
	waits: Readonly<Record<string, readonly WaitAnswer[]>>,
	{ states }: MachinePlan,
): Readonly<Record<string, readonly WaitAnswer[]>> {
	const waiting = new Set(states.filter(({ waitFor }) => waitFor !== undefined).map(({ name }) => name));
	const told = Object.entries(waits).flatMap(([name, answers]): [string, readonly WaitAnswer[]][] => {
		if (waiting.has(name)) return [[name, answers]];
		const last = answers.findLastIndex((answer) => "timeout" in answer);
		return last < 0 ? [] : [[name, answers.slice(0, last + 1)]];
	});
	return Object.fromEntries(told);
}

function agentAnswer(answer: unknown): ScriptedAnswer {
	return typeof answer === "string" || isRecord(answer) ? answer : { output: answer };
}

function childAnswer(answer: unknown): ChildAnswer {
	const failure = ownString(answer, "throw");
	if (failure !== undefined) return { throw: failure };
	return { output: isRecord(answer) ? answer.output : undefined };
}

function actionAnswer(answer: unknown): ActionAnswer {
	const failure = ownString(answer, "throw");
	if (failure !== undefined) return { throw: failure };
	return { set: isRecord(answer) && isRecord(answer.set) ? answer.set : {} };
}

function waitAnswer(answer: unknown): WaitAnswer {
	if (isRecord(answer) && answer.timeout === true) return { timeout: true };
	return { data: isRecord(answer) ? answer.data : null };
}

function nameOf(path: readonly string[]): string {
	const half = LONGEST_NAME / 2;
	const shown = path.length > LONGEST_NAME ? [...path.slice(0, half), "…", ...path.slice(-half)] : path;
	return shown.join(" → ");
}
