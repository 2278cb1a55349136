/** The answer space of one machine: sources made once, candidates solved per context and remembered. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import {
	type AnswerSpace,
	type AnswerSpaceOptions,
	type FlatContext,
	type GivenError,
	plainMessage,
} from "./answer-space.ts";
import { tellingCandidates } from "./candidates.ts";
import { answersForChecks } from "./check-texts.ts";
import { costIn, costSources } from "./cost-sources.ts";
import { combinations, declaredEffects, supposedKeys } from "./effects.ts";
import { childErrorSource, errorSources, isGivenError, namedErrors, otherError } from "./error-sources.ts";
import { machineReads } from "./readers.ts";
import type { Source } from "./source.ts";
import { agentSource, childSources, effectSource, inputSource, signalSource } from "./sources.ts";

/** So many contexts are remembered for one source. */
const MOST_REMEMBERED = 500;

/** A source with what has been solved for it, by the part of the context that matters. */
interface Solved {
	readonly source: Source;
	readonly keys: readonly string[];
	readonly known: Map<string, readonly unknown[]>;
}

export class SolvedAnswers implements AnswerSpace {
	readonly assumptions: readonly string[];
	readonly #plan: MachinePlan;
	readonly #options: AnswerSpaceOptions;
	readonly #solved = new Map<string, readonly Solved[]>();
	#inputs: readonly FlatContext[] | undefined;

	constructor(plan: MachinePlan, options: AnswerSpaceOptions) {
		this.#plan = plan;
		this.#options = options;
		this.assumptions = assumptionsOf(plan);
	}

	inputs(): readonly FlatContext[] {
		this.#inputs ??= different([
			...(this.#options.extra?.inputs ?? []),
			...tellingCandidates(inputSource(this.#plan), {}).filter(isRecord),
		]);
		return this.#inputs;
	}

	agentOutputs(state: StatePlan, context: FlatContext): readonly unknown[] {
		const solved = this.#solvedOf(`agent ${state.name}`, () => [agentSource(this.#plan, state)]);
		return different([
			...named(this.#options.extra?.agents, state.agent),
			...withTexts(state, this.#candidates(solved, context), context),
		]);
	}

	childOutputs(state: StatePlan, machine: string, context: FlatContext): readonly unknown[] {
		const solved = this.#solvedOf(`machine ${machine} ${state.name}`, () =>
			childSources(this.#plan, state, machine, this.#options.plans),
		);
		const candidates = this.#candidates(solved, context);
		return different([
			...named(this.#options.extra?.machines, machine),
			...(state.machine?.kind === "single" ? withTexts(state, candidates, context) : candidates),
		]);
	}

	actionEffects(state: StatePlan, action: string, context: FlatContext): readonly FlatContext[] {
		const extra = named(this.#options.extra?.actions, action).filter(isRecord);
		const declared = declaredEffects(this.#plan, action);
		if (declared !== undefined) return different([...extra, ...combinations(declared)]);
		const keys = supposedKeys(this.#plan, state);
		if (keys.length === 0) return different([...extra, {}]);
		const solved = this.#solvedOf(`action ${state.name}`, () => [effectSource(this.#plan, state, keys)]);
		return different([...extra, ...this.#candidates(solved, context).filter(isRecord)]);
	}

	costs(state: StatePlan, context: FlatContext): readonly number[] {
		const solved = this.#solvedOf(`cost ${state.name}`, () => costSources(this.#plan, state));
		return this.#candidates(solved, context).flatMap((candidate) => costIn(candidate) ?? []);
	}

	signals(state: StatePlan, context: FlatContext): readonly unknown[] {
		const solved = this.#solvedOf(`signal ${state.name}`, () => [signalSource(this.#plan, state)]);
		return different([...named(this.#options.extra?.waits, state.name), ...this.#candidates(solved, context)]);
	}

	errors(state: StatePlan, context: FlatContext): readonly GivenError[] {
		const named = namedErrors(state).map((type) => ({ type, message: plainMessage }));
		const solved = this.#solvedOf(`error ${state.name}`, () => errorSources(this.#plan, state));
		return different([...named, ...this.#candidates(solved, context).filter(isGivenError)]);
	}

	childErrors(state: StatePlan, machine: string, context: FlatContext): readonly GivenError[] {
		const solved = this.#solvedOf(`error ${machine} ${state.name}`, () => [
			childErrorSource(this.#plan, state, machine),
		]);
		return different([
			{ type: otherError(state), message: plainMessage },
			...this.#candidates(solved, context).filter(isGivenError),
		]);
	}

	#solvedOf(name: string, make: () => readonly Source[]): readonly Solved[] {
		const known = this.#solved.get(name);
		if (known) return known;
		const made = make().map((source): Solved => ({ source, keys: keysThatMatter(source), known: new Map() }));
		this.#solved.set(name, made);
		return made;
	}

	#candidates(sources: readonly Solved[], context: FlatContext): readonly unknown[] {
		return sources.flatMap(({ source, keys, known }) => {
			const seen = JSON.stringify(keys.map((key) => (Object.hasOwn(context, key) ? context[key] : undefined)));
			const remembered = known.get(seen);
			if (remembered !== undefined) return remembered;
			const found = tellingCandidates(source, context);
			if (known.size >= MOST_REMEMBERED) known.clear();
			known.set(seen, found);
			return found;
		});
	}
}

/** What the checks of key results ask for first: whoever begins with it needs one attempt. */
function withTexts(state: StatePlan, candidates: readonly unknown[], context: FlatContext): readonly unknown[] {
	const [good, ...others] = answersForChecks(state, candidates[0], context);
	return good === undefined ? candidates : [good, ...candidates, ...others];
}

/** Context keys whose values before the answer the templates and readers of a source see. */
function keysThatMatter({ plan, writes, readers, state, isPartial }: Source): readonly string[] {
	const reads = machineReads(plan);
	const keys = new Set<string>();
	const written = new Set<string>();
	const add = (more: Iterable<string>): void => {
		for (const key of more) if (!written.has(key)) keys.add(key);
	};
	if (state?.foreach !== undefined) add(reads.structureKeys(state.foreach.items));
	for (const [key, structure] of writes) {
		add(reads.structureKeys(structure));
		// What only some candidates store may be as it was before.
		if (!isPartial) written.add(key);
	}
	for (const { chain, expression } of readers) {
		for (const [, structure] of chain) add(reads.structureKeys(structure));
		add(reads.expressionKeys(expression));
	}
	for (const { when } of state?.transitions ?? []) {
		if (when !== undefined && when !== "never") add(reads.conditionKeys(when));
	}
	return keys.has("*") ? plan.context.map(([key]) => key) : [...keys];
}

function named<T>(values: Readonly<Record<string, readonly T[]>> | undefined, name: string | undefined): readonly T[] {
	return name !== undefined && values !== undefined && Object.hasOwn(values, name) ? (values[name] ?? []) : [];
}

function different<T>(values: readonly T[]): readonly T[] {
	const seen = new Set<string>();
	return values.filter((value) => {
		const text = JSON.stringify(value) ?? "";
		return !seen.has(text) && seen.add(text);
	});
}

function assumptionsOf(plan: MachinePlan): readonly string[] {
	const sentences: string[] = [];
	for (const state of plan.states) {
		if (state.action === undefined) continue;
		const keys = supposedKeys(plan, state);
		if (keys.length > 0) {
			const shown = keys.map((key) => `\`context.${key}\``).join(", ");
			sentences.push(
				`The action \`${state.action}\` of \`${state.name}\` may set ${shown}, which conditions read and nothing in the file writes. Declare what it sets under \`metadata.effects\` to be exact.`,
			);
		} else if (declaredEffects(plan, state.action) === undefined) {
			sentences.push(`The action \`${state.action}\` of \`${state.name}\` changes nothing that a condition reads.`);
		}
	}
	return sentences;
}
