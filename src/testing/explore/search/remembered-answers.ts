/** An answer space that is asked less: where it has had nothing new to say for long, what it said before is given again. */
import type { StatePlan } from "../../../../compiler/plan/plan.ts";
import type { AnswerSpace, FlatContext, GivenError } from "../../solve/answer-space.ts";

/** Questions that each source is asked at first, and how many more for each one that brought something new. */
const firstQuestions = 10;
const questionsForNews = 4;
/** A source that has something new to say at least every other time is asked on: that may be a counter. */
const provenAfter = 20;
/** Questions to all sources together, those to such sources apart: so many, and so many for each state. */
const mostQuestions = 500;
const questionsOfState = 8;
const mostToProven = 6000;
/** Values of one source that are given again. */
const mostRemembered = 48;

/** Questions that may still be asked, of all sources together. */
interface Allowance {
	questions: number;
	toProven: number;
}

/** What one source has said. */
class Remembered<Answer> {
	readonly #allowance: Allowance;
	#left = firstQuestions;
	#asked = 0;
	#news = 0;
	/** By their JSON, the first one first. */
	readonly #answers = new Map<string, Answer>();

	constructor(allowance: Allowance) {
		this.#allowance = allowance;
	}

	ask(question: () => readonly Answer[]): readonly Answer[] {
		return this.#mayAsk() ? this.#listen(question()) : [...this.#answers.values()];
	}

	#mayAsk(): boolean {
		if (this.#asked === 0) return true;
		if (this.#asked >= provenAfter && this.#news * 2 >= this.#asked && this.#allowance.toProven > 0) {
			this.#allowance.toProven--;
			return true;
		}
		if (this.#left <= 0 || this.#allowance.questions <= 0) return false;
		this.#allowance.questions--;
		return true;
	}

	#listen(answers: readonly Answer[]): readonly Answer[] {
		let isNews = false;
		for (const answer of answers) {
			const text = JSON.stringify(answer) ?? "undefined";
			if (this.#answers.has(text)) continue;
			isNews = true;
			this.#answers.set(text, answer);
		}
		this.#asked++;
		if (isNews) this.#news++;
		this.#left += isNews ? questionsForNews - 1 : -1;
		const [oldest] = this.#answers.keys();
		if (this.#answers.size > mostRemembered && oldest !== undefined) this.#answers.delete(oldest);
		return answers;
	}
}

/** Solving answers anew for each situation is most of what a search costs; most situations of a state have the same ones. */
export class RememberedAnswers implements AnswerSpace {
	readonly assumptions: readonly string[];
	readonly #space: AnswerSpace;
	readonly #outputs = new Map<string, Remembered<unknown>>();
	readonly #effects = new Map<string, Remembered<FlatContext>>();
	readonly #costs = new Map<string, Remembered<number>>();
	readonly #errors = new Map<string, Remembered<GivenError>>();
	readonly #allowance: Allowance;

	/** @param states how many the machine has */
	constructor(space: AnswerSpace, states: number) {
		this.#space = space;
		this.#allowance = { questions: mostQuestions + questionsOfState * states, toProven: mostToProven };
		this.assumptions = space.assumptions;
	}

	inputs(): readonly FlatContext[] {
		return this.#space.inputs();
	}

	agentOutputs(state: StatePlan, context: FlatContext): readonly unknown[] {
		return this.#sourceIn(this.#outputs, `agent ${state.name}`).ask(() => this.#space.agentOutputs(state, context));
	}

	childOutputs(state: StatePlan, machine: string, context: FlatContext): readonly unknown[] {
		return this.#sourceIn(this.#outputs, `machine ${machine} ${state.name}`).ask(() =>
			this.#space.childOutputs(state, machine, context),
		);
	}

	costs(state: StatePlan, context: FlatContext): readonly number[] {
		return this.#sourceIn(this.#costs, `cost ${state.name}`).ask(() => this.#space.costs(state, context));
	}

	actionEffects(state: StatePlan, action: string, context: FlatContext): readonly FlatContext[] {
		return this.#sourceIn(this.#effects, `action ${action} ${state.name}`).ask(() =>
			this.#space.actionEffects(state, action, context),
		);
	}

	signals(state: StatePlan, context: FlatContext): readonly unknown[] {
		return this.#sourceIn(this.#outputs, `signal ${state.name}`).ask(() => this.#space.signals(state, context));
	}

	errors(state: StatePlan, context: FlatContext): readonly GivenError[] {
		return this.#sourceIn(this.#errors, `error ${state.name}`).ask(() => this.#space.errors(state, context));
	}

	childErrors(state: StatePlan, machine: string, context: FlatContext): readonly GivenError[] {
		return this.#sourceIn(this.#errors, `error ${machine} ${state.name}`).ask(() =>
			this.#space.childErrors(state, machine, context),
		);
	}

	#sourceIn<Answer>(sources: Map<string, Remembered<Answer>>, name: string): Remembered<Answer> {
		const source = sources.get(name) ?? new Remembered<Answer>(this.#allowance);
		sources.set(name, source);
		return source;
	}
}
