/** Candidates of one source in one context: proposed from the conditions, tried with the real templates, the telling ones kept. */
import { type Assignment, applyAll, distinct, merge, NOTHING, product, type Setting } from "./assignments.ts";
import { type Features, featuresOf, includesAll, scopesAt } from "./candidate-features.ts";
import { conditionExpression } from "./condition-expression.ts";
import { comparisonsOf } from "./condition-parts.ts";
import type { Scope } from "./evaluate.ts";
import { invert } from "./invert.ts";
import { invertStructure } from "./invert-structure.ts";
import type { Path } from "./paths.ts";
import { propose, type Unknowns } from "./propose.ts";
import type { Reader, Write } from "./readers.ts";
import { fitTo, UNFIT, variations } from "./shape.ts";
import { ShownFeatures } from "./shown-features.ts";
import { type Outcome, outcomeOf, type Source } from "./source.ts";
import { testsIn } from "./structure-templates.ts";
import { workingPlain } from "./working-plain.ts";

type Context = Readonly<Record<string, unknown>>;

/**
 * So many candidates are tried for one source in one context, so many of them to see two things together, and so many are kept;
 * for each transition of the state beyond some as many more.
 */
const MOST_TRIALS = 400;
const MOST_KEPT = 32;
const MOST_JOINED = 150;
const FEW_TRANSITIONS = 8;
const TRIALS_PER_TRANSITION = 12;
const KEPT_PER_TRANSITION = 3;
/** So many proposals are tried for one verdict of one part of a condition, and of all readers together where they are many. */
const MOST_PER_VERDICT = 10;
const FEWEST_PER_VERDICT = 3;
const MOST_PER_READERS = 200;

/** Candidates that differ in what the conditions make of them, most telling first. */
export function tellingCandidates(source: Source, context: Context): readonly unknown[] {
	return new Candidates(source, context).find();
}

class Candidates {
	readonly #source: Source;
	readonly #context: Context;
	/** What proposals are laid over. */
	#plain: unknown;
	readonly #kept: unknown[] = [];
	/** What the plain candidate shows, until one takes its place. */
	#plainFeatures: Features | undefined;
	readonly #tried = new Set<string>();
	readonly #shown = new ShownFeatures();
	#trials = 0;
	/** Transitions of the state beyond few. */
	readonly #more: number;
	#mostKept: number;

	constructor(source: Source, context: Context) {
		this.#source = source;
		this.#context = context;
		this.#plain = workingPlain(source, context);
		this.#more = Math.max(0, (source.state?.transitions.length ?? 0) - FEW_TRANSITIONS);
		this.#mostKept = MOST_KEPT + this.#more * KEPT_PER_TRANSITION;
	}

	get #mostPerVerdict(): number {
		const fair = Math.floor(MOST_PER_READERS / this.#source.readers.length);
		return Math.min(MOST_PER_VERDICT, Math.max(FEWEST_PER_VERDICT, fair));
	}

	get #mostTrials(): number {
		return MOST_TRIALS + this.#more * TRIALS_PER_TRANSITION * 2;
	}

	find(): readonly unknown[] {
		const { readers } = this.#source;
		const base = this.#withLists();
		this.#consider(NOTHING);
		this.#chooseOwnTransitions(base);
		this.#chooseBranches(base);
		for (const [index, reader] of readers.entries()) this.#drive(reader, index, base);
		for (const setting of variations(this.#source.shape)) this.#consider([setting]);
		this.#combine();
		return this.#kept;
	}

	/** What comes of the plain candidate, with lists where a `foreach` goes through them. */
	#withLists(): Outcome {
		let base = outcomeOf(this.#source, this.#plain, this.#context);
		for (const reader of this.#source.readers) {
			const seen = reader.values === undefined ? undefined : scopesAt(this.#source, reader, base);
			if (seen?.scope === undefined || reader.values === undefined) continue;
			const stages = this.#source.writes.length + reader.chain.length;
			const unknowns = this.#unknowns(reader.door, seen.scope, stages, reader.chain);
			const [list] = invert(reader.expression, reader.values[0], unknowns);
			const [resolved] = list === undefined ? [] : this.#resolve(list, [...this.#source.writes, ...reader.chain], seen);
			const plain = resolved && fitTo(applyAll(this.#plain, resolved), this.#source.shape);
			if (plain === undefined || plain === UNFIT) continue;
			this.#plain = plain;
			base = outcomeOf(this.#source, plain, this.#context);
		}
		return base;
	}

	/** One answer for each transition of the state itself: those before it false, its own true. */
	#chooseOwnTransitions(base: Outcome): void {
		const { state } = this.#source;
		if (state === undefined || base.scope === undefined) return;
		let before: Assignment[] = [NOTHING];
		for (const { when } of state.transitions) {
			if (when === "never") continue;
			const condition = when && conditionExpression(when.node);
			if (condition === undefined) {
				this.#considerAll(before, base, []);
				return;
			}
			const unknowns = this.#unknowns(condition.door, base.scope, this.#source.writes.length, []);
			this.#considerAll(product(before, propose(condition.expression, true, unknowns)), base, []);
			before = product(before, propose(condition.expression, false, unknowns));
		}
		this.#considerAll(before, base, []);
	}

	/** What is tested in the templates that store the value, true and false. */
	#chooseBranches(base: Outcome): void {
		const { writes } = this.#source;
		for (const [stage, [, structure]] of writes.entries()) {
			const scope = base.scopes[stage];
			if (scope === undefined) continue;
			const unknowns = this.#unknowns("template", scope, stage, []);
			for (const test of testsIn(structure)) {
				for (const wanted of [true, false]) this.#considerAll(propose(test, wanted, unknowns).slice(0, 2), base, []);
			}
		}
	}

	/** Makes a reader, and each comparison in it, true and false. */
	#drive(reader: Reader, index: number, base: Outcome): void {
		const before = base.scope && scopesAt(this.#source, reader, base);
		if (before?.scope === undefined) return;
		const stages = this.#source.writes.length + reader.chain.length;
		const unknowns = this.#unknowns(reader.door, before.scope, stages, reader.chain);
		for (const value of reader.values ?? []) {
			this.#considerAll(invert(reader.expression, value, unknowns), before, reader.chain, index);
		}
		for (const expression of [reader.expression, ...comparisonsOf(reader.expression)]) {
			for (const wanted of [true, false]) {
				const proposals = propose(expression, wanted, unknowns).slice(0, this.#mostPerVerdict);
				this.#considerAll(proposals, before, reader.chain, index);
			}
		}
	}

	/** Tries what has not been seen together: this transition and that condition ahead, two conditions both true. */
	#combine(): void {
		const { readers, state } = this.#source;
		const most = this.#trials + MOST_JOINED + this.#more * TRIALS_PER_TRANSITION;
		const isNext = (choice: string, reader: number): boolean => {
			const taken = state?.transitions[Number(choice.slice("choice ".length))];
			return taken !== undefined && readers[reader]?.state === taken.to;
		};
		this.#mostKept += this.#more * KEPT_PER_TRANSITION;
		for (const [one, other] of this.#shown.missing(readers.length, isNext)) {
			if (this.#trials >= most) return;
			this.#join(one, other);
		}
	}

	#join(one: string, other: string): void {
		for (const first of this.#shown.solutionsOf(one).slice(0, 3)) {
			for (const second of this.#shown.solutionsOf(other).slice(0, 3)) {
				for (const both of merge(first, second)) {
					this.#consider(both);
					if (this.#shown.hasSeen(one, other)) return;
				}
			}
		}
	}

	/** Follows assignments of what a reader sees back to the candidate, and tries what comes out. */
	#considerAll(assignments: readonly Assignment[], seen: Outcome, chain: readonly Write[], reader?: number): void {
		const writes = [...this.#source.writes, ...chain];
		for (const assignment of assignments) {
			for (const resolved of this.#resolve(assignment, writes, seen)) this.#consider(resolved, reader);
		}
	}

	#resolve(assignment: Assignment, writes: readonly Write[], { scopes }: Outcome): Assignment[] {
		const { plan, root } = this.#source;
		let open: Assignment[] = [assignment];
		for (let stage = writes.length - 1; stage >= 0; stage -= 1) {
			const [key, structure] = writes[stage] ?? [];
			const scope = scopes[stage];
			if (key === undefined || structure === undefined || scope === undefined) continue;
			const unknowns = {
				...this.#unknowns("template", scope, stage, writes.slice(this.#source.writes.length)),
				parsesRendered: plan.parsesRendered,
			};
			open = distinct(
				open.flatMap((one) => {
					const mine = one.filter(({ path }) => this.#contextKey(path) === key);
					if (mine.length === 0) return [one];
					const others = one.filter((setting) => !mine.includes(setting));
					// What is settled for other keys stays: both may be pieces of one text.
					const settled = others.filter(({ path }) => path[0] === root);
					const known = { ...unknowns, scope: Object(applyAll(scope, settled)) };
					const solved = mine.map(({ path, value }) => invertStructure(structure, path.slice(2), value, known));
					return solved.reduce<Assignment[]>((all, each) => product(all, each), [others]);
				}),
			);
		}
		return open.map((one) =>
			one.flatMap((setting): Setting[] => {
				if (setting.path[0] !== root) return [];
				return [this.#source.unwrap({ path: setting.path.slice(1), value: setting.value })].filter(
					(own) => own !== undefined,
				);
			}),
		);
	}

	/** @param stage how many of the writes are done */
	#unknowns(door: Unknowns["door"], scope: Scope, stage: number, chain: readonly Write[]): Unknowns {
		const { writes, root } = this.#source;
		const keys = new Set([...writes, ...chain].slice(0, stage).map(([key]) => key));
		const seesSource = stage <= writes.length;
		return {
			door,
			scope,
			isFree: (path) => {
				const key = this.#contextKey(path);
				if (key !== undefined && keys.has(key)) return true;
				return path[0] === root && (root === "input" || seesSource);
			},
		};
	}

	/** The context key that a path reads; `input.x` of a state is `context.x` where the source stores that. */
	#contextKey(path: Path): string | undefined {
		const [root, key] = path;
		if (typeof key !== "string") return undefined;
		if (root === "context") return key;
		const { root: own, writes } = this.#source;
		return root === "input" && own === "output" && writes.some(([name]) => name === key) ? key : undefined;
	}

	#consider(assignment: Assignment, reader?: number): void {
		if (this.#trials >= this.#mostTrials || (assignment.length === 0 && reader !== undefined)) return;
		const { shape, settle = (value: unknown) => value } = this.#source;
		const fitted = fitTo(applyAll(this.#plain, assignment), shape);
		if (fitted === UNFIT) return;
		const candidate = settle(fitted);
		if (candidate === UNFIT) return;
		const text = JSON.stringify(candidate);
		if (this.#tried.has(text)) return;
		this.#tried.add(text);
		this.#trials += 1;
		const features = featuresOf(this.#source, outcomeOf(this.#source, candidate, this.#context));
		this.#shown.explain(features, assignment, reader);
		const isNews = this.#shown.add(features);
		if (this.#isBetterThanPlain(candidate, features)) {
			this.#kept[0] = candidate;
			this.#plainFeatures = undefined;
		} else if (isNews && this.#kept.length < this.#mostKept) this.#kept.push(candidate);
		if (assignment.length === 0) this.#plainFeatures = features;
	}

	/** A number that was made for a condition lies right beside its bound: there a change of the bound shows. */
	#isBetterThanPlain(candidate: unknown, features: Features): boolean {
		const plain = this.#plainFeatures;
		return plain !== undefined && includesAll(features, plain) && differInNumbers(this.#kept[0], candidate);
	}
}

/** Whether two values differ, and in nothing but their numbers. */
function differInNumbers(one: unknown, other: unknown): boolean {
	const withoutNumbers = (value: unknown) =>
		JSON.stringify(value, (_key, part) => (typeof part === "number" ? 0 : part));
	return withoutNumbers(one) === withoutNumbers(other) && JSON.stringify(one) !== JSON.stringify(other);
}
