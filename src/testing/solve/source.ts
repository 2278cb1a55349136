/** A source of values from outside, such as an agent's answer in one state: what it is stored in and who reads that. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { compileStructure } from "../../../compiler/render/structure.ts";
import type { Setting } from "./assignments.ts";
import { attempt, type Scope } from "./evaluate.ts";
import type { Reader, Write } from "./readers.ts";
import type { Shape } from "./shape.ts";

type Context = Readonly<Record<string, unknown>>;

export interface Source {
	readonly plan: MachinePlan;
	/** The state whose transitions come next; undefined for the run's input. */
	readonly state?: StatePlan;
	/** The variable that templates see the value as. */
	readonly root: "output" | "input";
	/** Where it is stored, in order. */
	readonly writes: readonly Write[];
	/** Keys that the value lacks are not stored: what an action does. */
	readonly isPartial: boolean;
	readonly readers: readonly Reader[];
	/** The form of one candidate. */
	readonly shape: Shape;
	/** A candidate that asks for nothing in particular. */
	readonly plain: unknown;
	/** What templates see when the candidate is what came, for example a list of it. */
	wrap(candidate: unknown, context: Context): unknown;
	/** Makes parts of a candidate agree that depend on each other; `UNFIT` where they cannot. */
	settle?(candidate: unknown): unknown;
	/** A place in what templates see as a place in the candidate; undefined where it is outside of it. */
	unwrap(setting: Setting): Setting | undefined;
}

/** What comes of one candidate. */
export interface Outcome {
	/** What each write sees, in order. */
	readonly scopes: readonly Scope[];
	/** What the conditions see; undefined where a template failed. */
	readonly scope: Scope | undefined;
}

/** Renders the source's writes with the candidate. */
export function outcomeOf(source: Source, candidate: unknown, context: Context): Outcome {
	const value = source.wrap(candidate, context);
	return renderWrites(source.plan, source.writes, {
		context,
		value,
		root: source.root,
		skips: (key) => source.isPartial && !hasKey(value, key),
	});
}

interface Rendering {
	readonly context: Context;
	/** What stands under `root`; undefined for templates of later states, whose output is not known. */
	readonly value: unknown;
	readonly root: "output" | "input";
	skips(key: string): boolean;
}

/** Renders writes one after the other; later ones see what earlier ones stored. */
export function renderWrites(plan: MachinePlan, writes: readonly Write[], rendering: Rendering): Outcome {
	const { value, root, skips } = rendering;
	let { context } = rendering;
	const scopes: Scope[] = [];
	for (const [key, structure] of writes) {
		const scope = scopeOf(context, root, value);
		scopes.push(scope);
		if (skips(key)) continue;
		const rendered = attempt(compileStructure(structure, { parsesRendered: plan.parsesRendered }), scope);
		if (rendered.failed) return { scopes, scope: undefined };
		context = { ...context, [key]: rendered.value };
	}
	return { scopes, scope: scopeOf(context, root, value) };
}

function scopeOf(context: Context, root: "output" | "input", value: unknown): Scope {
	if (root === "output") return { context, output: value, input: context };
	return { context, input: { ...Object(value), ...context }, output: null };
}

function hasKey(value: unknown, key: string): boolean {
	return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

/** The context that a scope holds. */
export function contextIn(scope: Scope): Context {
	const { context } = scope;
	return typeof context === "object" && context !== null ? { ...context } : {};
}
