/** What a run may be answered, whatever it asks for: values that decide conditions, any that the schemas allow, failures. */
import type { Arbitrary } from "fast-check";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { type VotingSettings, votingSettings } from "../../../runtime/agents/voting.ts";
import { candidateText } from "../explore/model/candidate-text.ts";
import { answeredErrors, answerFor, failure, machineErrors, valueErrors } from "../explore/model/given-errors.ts";
import { type AnswerSpace, answerSpace, type FlatContext } from "../solve/answer-space.ts";
import { type DeclaredEffects, declaredEffects } from "../solve/effects.ts";
import { answerShape, type Shape } from "../solve/shape.ts";
import { fastCheck } from "./fast-check.ts";
import { shapeOfSamples } from "./sample-shape.ts";
import { plainestValue, shapeArbitrary } from "./shape-arbitrary.ts";

/** The parts of a scenario that have answers, as it calls them. */
export type AnswerKind = "agents" | "machines" | "actions" | "waits";

export const answerKinds: readonly AnswerKind[] = ["agents", "machines", "actions", "waits"];

/** What a run asks for, and where. */
export interface Ask {
	readonly kind: AnswerKind;
	/** Of the agent, machine or action; of the state for a wait. */
	readonly name: string;
	readonly state: StatePlan;
	readonly context: FlatContext;
}

export interface AnswerOptions {
	/** Of a hundred answers so many are failures. Default: 5. */
	readonly failures?: number;
}

/** Answers as scenarios have them: `"text"`, `{ output }`, `{ set }`, `{ data }`, `{ timeout }`, `{ throw }`. */
export class AnswerArbitraries {
	readonly plan: MachinePlan;
	readonly space: AnswerSpace;
	readonly #failures: number;
	readonly #shapes = new Map<string, Shape>();
	/** Texts that patterns read as a value: each takes a search. */
	readonly #candidates = new Map<string, string>();

	constructor(
		plan: MachinePlan,
		plans: ReadonlyMap<string, MachinePlan> | undefined,
		{ failures = 5 }: AnswerOptions = {},
	) {
		this.plan = plan;
		this.space = answerSpace(plan, plans ? { plans } : {});
		this.#failures = failures;
	}

	/** Answers to a question, failures among them. */
	answersTo(ask: Ask): Arbitrary<unknown> {
		const fc = fastCheck();
		const good = isOfTime(ask)
			? fc.constant<unknown>(inTime)
			: shapeArbitrary(this.shapeOf(ask), this.#telling(ask)).map((value) => this.answerOf(ask, value));
		const bad = this.#failuresOf(ask);
		if (bad.length === 0 || this.#failures <= 0) return good;
		return fc.oneof(
			{ weight: 100 - this.#failures, arbitrary: good },
			{ weight: this.#failures, arbitrary: fc.constantFrom(...bad) },
		);
	}

	/** Answers that decide something, and failures. */
	tellingAnswersTo(ask: Ask): readonly unknown[] {
		const good = isOfTime(ask) ? [inTime] : this.#telling(ask).map((value) => this.answerOf(ask, value));
		return [...good, ...this.#failuresOf(ask)];
	}

	/** The plainest answer that is no failure. */
	plainest(ask: Ask): unknown {
		return isOfTime(ask) ? inTime : this.answerOf(ask, plainestValue(this.shapeOf(ask)));
	}

	/** Values of one kind, without what a scenario puts around them; those that decide something in any state come often. */
	valuesOf(kind: AnswerKind, name: string): Arbitrary<unknown> {
		const states = this.plan.states.filter((state) => asksFor(state, kind, name));
		const telling = states.flatMap((state) => this.#telling({ kind, name, state, context: {} }));
		return shapeArbitrary(this.#declared(kind, name) ?? shapeOfSamples(telling), telling);
	}

	/** Names of the errors that the answers of a state may fail with. */
	errorsOf(state: StatePlan): readonly string[] {
		return [...new Set(answeredErrors(this.space, state, {}).map(({ type }) => type))];
	}

	/** The form of the values: as a schema declares it, else as the telling values have it. */
	shapeOf(ask: Ask): Shape {
		const { kind, name, state } = ask;
		const key = `${kind} ${name} ${state.name}`;
		const known = this.#shapes.get(key);
		if (known) return known;
		const samples = () => [...this.#telling(ask), ...this.#telling({ ...ask, context: {} })];
		const shape = this.#declared(kind, name) ?? shapeOfSamples(samples());
		this.#shapes.set(key, shape);
		return shape;
	}

	/** A value as a scenario writes the answer. */
	answerOf({ kind, name, state }: Ask, value: unknown): unknown {
		switch (kind) {
			case "agents":
				return answerFor(this.#candidate(state, name, value));
			case "machines":
				return { output: value };
			case "actions":
				return { set: isRecord(value) ? value : {} };
			case "waits":
				return { data: value };
		}
	}

	/** A sample of votes is a text that the agent's patterns are looked for in. */
	#candidate({ execution }: StatePlan, name: string, value: unknown): unknown {
		if (execution.type !== "mdap_voting") return value;
		const agent = Object.hasOwn(this.plan.agents, name) ? this.plan.agents[name] : undefined;
		const metadata = agent?.config.metadata;
		const { parsing }: VotingSettings = votingSettings(execution, isRecord(metadata) ? metadata : {});
		if (parsing === undefined) return value;
		const key = `${name} ${JSON.stringify(value)}`;
		const known = this.#candidates.get(key);
		const content = known ?? candidateText(parsing, isRecord(value) ? value : {});
		if (content !== undefined) this.#candidates.set(key, content);
		return content === undefined ? value : { content };
	}

	#telling({ kind, name, state, context }: Ask): readonly unknown[] {
		switch (kind) {
			case "agents":
				return this.space.agentOutputs(state, context).flatMap((payload) => samplesOf(state, payload));
			case "machines":
				return this.space.childOutputs(state, name, context);
			case "actions":
				return this.space.actionEffects(state, name, context);
			case "waits":
				return this.space.signals(state, context);
		}
	}

	#failuresOf({ kind, name, state, context }: Ask): readonly unknown[] {
		if (kind === "waits") return state.timeout === null ? [] : [{ timeout: true }];
		if (kind !== "machines") return answeredErrors(this.space, state, context).map(failure);
		const isAlone = state.machine?.kind === "single";
		const errors = isAlone ? machineErrors(this.space, state, context) : valueErrors(this.space, state, name, context);
		return errors.map(failure);
	}

	/** The form that an agent's schema or `metadata.effects` declares. */
	#declared(kind: AnswerKind, name: string): Shape | undefined {
		if (kind === "actions") return effectShape(declaredEffects(this.plan, name));
		if (kind !== "agents") return undefined;
		const shape = answerShape(Object.hasOwn(this.plan.agents, name) ? this.plan.agents[name] : undefined);
		return shape.type === "any" ? undefined : shape;
	}
}

/** An action sets each of the keys that the file declares, to one of the values there. */
function effectShape(declared: DeclaredEffects | undefined): Shape | undefined {
	if (!declared) return undefined;
	const fields = [...declared].filter(([, values]) => values.length > 0);
	const properties = fields.map(([key, values]): [string, Shape] => [
		key,
		{ type: "any", enum: values, required: true },
	]);
	return { type: "object", required: true, properties: new Map(properties) };
}

/** Whether it is asked if a state that works ends in time, which a scenario writes among the waits. */
export function isOfTime({ kind, state }: Ask): boolean {
	return kind === "waits" && state.waitFor === undefined;
}

/** The answer for a visit that does. */
const inTime = { data: null };

/** Whether a state asks for an answer of that name. */
export function asksFor(state: StatePlan, kind: AnswerKind, name: string): boolean {
	switch (kind) {
		case "agents":
			return state.agent === name;
		case "machines":
			return machinesOf(state).includes(name);
		case "actions":
			return state.action === name;
		case "waits":
			return state.name === name && state.waitFor !== undefined;
	}
}

/** The child machines that a state waits for; what it launches gives it nothing. */
export function machinesOf({ machine, foreach }: StatePlan): readonly string[] {
	if (foreach) return [foreach.machine];
	if (!machine) return [];
	return machine.kind === "single" ? [machine.name] : machine.entries.map(({ name }) => name);
}

/** What one call answers where the state sees several answers as one. */
function samplesOf({ execution }: StatePlan, payload: unknown): readonly unknown[] {
	if (execution.type !== "parallel" || !isRecord(payload) || !Array.isArray(payload.results)) return [payload];
	return payload.results;
}
