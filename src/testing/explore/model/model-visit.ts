/** One modelled visit of a state: the context as it changes, the answers that were given, and the choices left. */

import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan, Structure } from "../../../../compiler/plan/plan.ts";
import { compileStructure } from "../../../../compiler/render/structure.ts";
import { LimitReachedError } from "../../../../compiler/xstate/errors.ts";
import type { MachineContext } from "../../../../compiler/xstate/machine-context.ts";
import { scopeOf, structureReadsInput } from "../../../../compiler/xstate/scope.ts";
import { ValueError } from "../../../../runtime/state/errors.ts";
import { historyWith } from "../../../../runtime/state/history.ts";
import type { AnswerSpace, FlatContext } from "../../solve/answer-space.ts";
import type { Choices } from "./choices.ts";
import type { GivenAnswer } from "./way.ts";

export class ModelVisit {
	readonly plan: MachinePlan;
	readonly space: AnswerSpace;
	readonly state: StatePlan;
	readonly choices: Choices;
	readonly answers: GivenAnswer[];
	readonly outcomes: string[];
	/** The visit that this is a part of. */
	readonly #whole: ModelVisit | undefined;
	/** With the calls of this visit. */
	context: MachineContext;
	/** Calls of agents that were counted in this visit, and what they cost. */
	#calls = 0;
	#cost = 0;

	constructor(
		plan: MachinePlan,
		space: AnswerSpace,
		state: StatePlan,
		context: MachineContext,
		choices: Choices,
		whole?: ModelVisit,
	) {
		this.#whole = whole;
		this.answers = whole?.answers ?? [];
		this.outcomes = whole?.outcomes ?? [];
		this.plan = plan;
		this.space = space;
		this.state = state;
		this.context = context;
		this.choices = choices;
	}

	/** An attempt of this visit: with a context of its own; what is answered and spent is the visit's. */
	part(choices: Choices): ModelVisit {
		return new ModelVisit(this.plan, this.space, this.state, this.context, choices, this);
	}

	/** The visit as it is now, to try something on. */
	copy(): ModelVisit {
		const copied = new ModelVisit(this.plan, this.space, this.state, this.context, this.choices);
		copied.countCalls(this.#calls, this.#cost);
		return copied;
	}

	/** Goes on with this context. */
	begin(context: MachineContext): void {
		this.context = context;
	}

	/** Renders a structure of this state. @throws ExpressionError */
	render(structure: Structure, output?: unknown, more?: Readonly<Record<string, unknown>>): unknown {
		const scope = scopeOf(this.context, output, structureReadsInput(structure));
		const render = compileStructure(structure, { parsesRendered: this.plan.parsesRendered });
		return render(more ? { ...scope, ...more } : scope);
	}

	/** A structure that must give a mapping. @throws ExpressionError, ValueError */
	renderMapping(structure: Structure | undefined, what: string): Record<string, unknown> {
		const value = structure === undefined ? {} : this.render(structure);
		if (!isRecord(value)) throw new ValueError(`\`${what}\` of state \`${this.state.name}\` is no mapping.`);
		return value;
	}

	/** Sets context keys as an action does. */
	merge(keys: FlatContext): void {
		this.context = { ...this.context, ...keys, machine: this.context.machine };
	}

	/** Removes context keys. */
	remove(keys: readonly string[]): void {
		const kept = Object.entries(this.context).filter(([key]) => !keys.includes(key));
		this.context = { ...Object.fromEntries(kept), machine: this.context.machine };
	}

	/** Applies `output_to_context`: in order, later templates see earlier results. @throws ExpressionError */
	applyOutput(output: unknown): void {
		for (const [key, structure] of this.state.outputToContext) {
			this.context = { ...this.context, [key]: this.render(structure, output) };
		}
	}

	/** Adds what the state has given to `context.history` where the machine asks for it. */
	note(output: unknown, passed?: Parameters<typeof historyWith>[2]): void {
		const history = historyWith(this, output, passed);
		if (history) this.merge({ history });
	}

	/** The context without `machine`. */
	get flat(): FlatContext {
		const { machine: _, ...flat } = this.context;
		return flat;
	}

	give(answer: GivenAnswer): void {
		this.answers.push(answer);
	}

	/** Calls that the run has made up to now. */
	get calls(): number {
		if (this.#whole) return this.#whole.calls;
		return this.context.machine.total_api_calls + this.#calls;
	}

	/** What the run has cost up to now, in US dollars. */
	get cost(): number {
		if (this.#whole) return this.#whole.cost;
		return this.context.machine.total_cost + this.#cost;
	}

	/** Calls, and their cost, that count only once the state's work is done. */
	countCalls(calls: number, cost = 0): void {
		if (this.#whole) {
			this.#whole.countCalls(calls, cost);
			return;
		}
		this.#calls += calls;
		this.#cost += cost;
	}

	/** Has the calls of this visit count towards the run's limits. */
	settleCalls(): void {
		if (this.#calls === 0) return;
		const { machine } = this.context;
		const totals = { total_api_calls: this.calls, total_cost: this.cost };
		this.context = { ...this.context, machine: { ...machine, ...totals } };
		this.#calls = 0;
		this.#cost = 0;
	}

	/** Asks the run's budget before a call. @throws LimitReachedError */
	checkBudget(): void {
		const { max_agent_calls: calls, max_cost: cost, max_tokens: tokens } = this.context.machine.run.limits;
		if (calls !== null && this.calls >= calls) throw new LimitReachedError("max_agent_calls");
		if (cost !== null && this.cost >= cost) throw new LimitReachedError("max_cost");
		if (tokens !== null && tokens <= 0) throw new LimitReachedError("max_tokens");
	}
}
