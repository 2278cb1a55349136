/** What each context key can be in each state: a data flow over the state graph that leaves out what is proven dead. */
import type { MachinePlan, StatePlan } from "../../../compiler/plan/plan.ts";
import { ANYTHING, constants, type Domain, fieldOf, NULL_ONLY, openKinds, unite } from "./domain.ts";
import { domainOfStructure, type Variables } from "./domain-of-structure.ts";
import { declaredEffects } from "./effects.ts";
import { liveKeys } from "./live-keys.ts";
import { outputDomain } from "./output-domain.ts";
import { commonFacts, type Facts, factsAfterWork, factsBehind, keysOf, NO_FACTS } from "./path-facts.ts";
import { machineReads } from "./readers.ts";
import { type Choice, chooseTransitions } from "./transition-cases.ts";

/** The context at one moment. Keys that are not in `keys` are missing, or anything where `isOpen`. */
export interface ContextDomain {
	readonly keys: ReadonlyMap<string, Domain>;
	readonly isOpen: boolean;
}

export interface StateDomains {
	/** Before the state's work. */
	readonly before: ContextDomain;
	/** At its transitions. */
	readonly after: ContextDomain;
	/** What the ways to it say about the context at its transitions. */
	readonly facts: Facts;
	/** What can come of its transitions. */
	readonly choice: Choice;
}

/** What is known of a machine. */
export interface MachineDomains {
	/** A state that is not there is never entered. */
	readonly states: ReadonlyMap<string, StateDomains>;
	/** What a variable of the state's templates and conditions can be. */
	variablesAt(state: StatePlan, context: ContextDomain): Variables;
}

/** Plans of child machines by id, whose outputs are then taken into account. */
export type Plans = ReadonlyMap<string, MachinePlan>;

const NO_PLANS: Plans = new Map();

/** Keys looked at in all states together; above that nothing is claimed. */
const MOST_KEYS = 400_000;
/** So often a state is looked at again before what grows in it is taken for anything. */
const MOST_ROUNDS = 40;

const known = new WeakMap<Plans, WeakMap<MachinePlan, MachineDomains | "unknown">>();

/** The domains of a machine; undefined where it is too large to follow. */
export function machineDomains(plan: MachinePlan, plans: Plans = NO_PLANS): MachineDomains | undefined {
	const ofPlans = known.get(plans) ?? new WeakMap<MachinePlan, MachineDomains | "unknown">();
	known.set(plans, ofPlans);
	const made = ofPlans.get(plan) ?? follow(plan, plans) ?? "unknown";
	ofPlans.set(plan, made);
	return made === "unknown" ? undefined : made;
}

/** Variables whose `output` is what the state's work gives. */
function variablesIn(plan: MachinePlan, output: (key: string) => Domain, context: ContextDomain): Variables {
	return {
		parsesRendered: plan.parsesRendered,
		domainOf: (root, key) => {
			if (key === undefined) return root === "context" || root === "input" ? openKinds(["map"]) : ANYTHING;
			if (root === "context") return contextDomain(context, key);
			return root === "output" ? output(key) : ANYTHING;
		},
	};
}

/** What a context key can be. */
export function contextDomain({ keys, isOpen }: ContextDomain, key: string): Domain {
	if (isRuntimeKey(key)) return ANYTHING;
	return keys.get(key) ?? (isOpen ? ANYTHING : NULL_ONLY);
}

/** Keys that the runtime itself puts into the context. */
function isRuntimeKey(key: string): boolean {
	return key.startsWith("_") || ["machine", "last_error", "last_error_type", "attempt", "history"].includes(key);
}

/** Whether hooks are called around the state that may do anything: an action's own may do what is declared. */
export function isHooked(plan: MachinePlan, { hooks, action }: StatePlan): boolean {
	const isDeclared = action !== undefined && declaredEffects(plan, action) !== undefined;
	return plan.machineHooks.length > 0 || (hooks.length > 0 && !isDeclared);
}

interface Arriving {
	keys: Map<string, Domain>;
	isOpen: boolean;
	facts: Facts;
	rounds: number;
}

function follow(plan: MachinePlan, plans: Plans): MachineDomains | undefined {
	const reads = machineReads(plan);
	const variablesAt = (state: StatePlan, context: ContextDomain): Variables =>
		variablesIn(plan, outputDomain(plan, state, plans), context);
	const start = startDomain(plan);
	const entry = new Map<string, Arriving>([
		[plan.initial, { keys: new Map(start.keys), isOpen: start.isOpen, facts: NO_FACTS, rounds: 0 }],
	]);
	const live = liveKeys(plan);
	const states = new Map<string, StateDomains>();
	const open = new Set([plan.initial]);
	let work = 0;
	let isFree = false;
	for (const name of open) {
		open.delete(name);
		const state = reads.state(name);
		const arriving = entry.get(name);
		if (state === undefined || arriving === undefined) continue;
		work += arriving.keys.size + 1;
		if (work > MOST_KEYS) return undefined;
		arriving.rounds += 1;
		const before = afterAction(plan, state, arriving);
		const after = afterWork(plan, state, before, (context) => variablesAt(state, context));
		const facts = factsAfterWork(plan, state, arriving.facts, isHooked(plan, state));
		const choice = chooseTransitions(state, variablesAt(state, after), facts);
		states.set(name, { before: { ...before, keys: new Map(before.keys) }, after, facts, choice });
		const go = (target: StatePlan, arrivingThere: ContextDomain, known: Facts): void => {
			const there = entry.get(target.name);
			const domain = onlyKeys(arrivingThere, live.get(target.name), keysOf(plan, known));
			if (there === undefined) {
				entry.set(target.name, { keys: new Map(domain.keys), isOpen: domain.isOpen, facts: known, rounds: 0 });
				open.add(target.name);
				return;
			}
			const common = commonFacts(there.facts, known);
			const isLess = common.size < there.facts.size;
			if (isLess) there.facts = common;
			if (grow(there, domain) || isLess) open.add(target.name);
		};
		for (const index of choice.taken) {
			const target = reads.state(state.transitions[index]?.to ?? "");
			// What has held in the middle of a tool loop need not hold any more when the loop has ended.
			const behind = state.toolLoop === undefined ? factsBehind(state, index, facts) : facts;
			if (target !== undefined) go(target, after, behind);
		}
		const failed = merge(after, before);
		for (const target of reads.errorTargets(state)) go(target, failed, facts);
		if (!isFree && isHooked(plan, state)) {
			// Hooks may lead to any state, with any context.
			isFree = true;
			for (const target of plan.states) go(target, { keys: new Map(), isOpen: true }, NO_FACTS);
		}
	}
	return { states, variablesAt };
}

/** The part of a context that can still decide something, or that something is known of: a key that is left out is no null. */
function onlyKeys(
	{ keys, isOpen }: ContextDomain,
	live: ReadonlySet<string> | undefined,
	ofFacts: ReadonlySet<string>,
): ContextDomain {
	if (live === undefined || live.has("*")) return { keys, isOpen };
	const kept = new Map<string, Domain>();
	for (const key of new Set([...live, ...ofFacts])) {
		const domain = keys.get(key);
		if (domain !== undefined) kept.set(key, domain);
	}
	return { keys: kept, isOpen };
}

function startDomain(plan: MachinePlan): ContextDomain {
	const isOpen = plan.lifecycleHooks.length > 0 || plan.machineHooks.length > 0;
	if (isOpen) return { keys: new Map(), isOpen };
	const variables: Variables = {
		parsesRendered: plan.parsesRendered,
		domainOf: (root) => (root === "input" ? ANYTHING : NULL_ONLY),
	};
	return {
		keys: new Map(plan.context.map(([key, structure]) => [key, domainOfStructure(structure, variables)])),
		isOpen: false,
	};
}

/** An action changes what it declares; other hooks, and an action that declares nothing, may change everything. */
function afterAction(plan: MachinePlan, state: StatePlan, context: ContextDomain): ContextDomain {
	if (isHooked(plan, state)) return { keys: new Map(), isOpen: true };
	if (state.action === undefined) return context;
	const effects = declaredEffects(plan, state.action);
	if (effects === undefined) return { keys: new Map(), isOpen: true };
	const keys = new Map(context.keys);
	for (const [key, values] of effects) keys.set(key, unite(contextDomain(context, key), constants(values)));
	return { keys, isOpen: context.isOpen };
}

function afterWork(
	plan: MachinePlan,
	state: StatePlan,
	before: ContextDomain,
	variablesOf: (context: ContextDomain) => Variables,
): ContextDomain {
	const keys = new Map(before.keys);
	const writes = machineReads(plan).writesOf(state);
	// The machine's output is stored first, and the agent's through the same templates.
	const isTwice = state.agent !== undefined && (state.machine !== undefined || state.foreach !== undefined);
	for (const [key, structure] of isTwice ? [...writes, ...writes] : writes) {
		const now = { keys, isOpen: before.isOpen };
		keys.set(key, domainOfStructure(structure, variablesOf(now)));
	}
	return { keys, isOpen: before.isOpen };
}

function merge(one: ContextDomain, other: ContextDomain): ContextDomain {
	const merged: Arriving = { keys: new Map(one.keys), isOpen: one.isOpen, facts: NO_FACTS, rounds: 0 };
	grow(merged, other);
	return merged;
}

/** Lets `more` in. Returns whether that was news. */
function grow(there: Arriving, more: ContextDomain): boolean {
	const isTired = there.rounds > MOST_ROUNDS;
	let changed = more.isOpen && !there.isOpen;
	const isOpen = there.isOpen || more.isOpen;
	for (const key of new Set([...there.keys.keys(), ...more.keys.keys()])) {
		const old = contextDomain(there, key);
		const united = unite(old, contextDomain(more, key));
		if (united === old && there.keys.has(key)) continue;
		if (united === old) {
			there.keys.set(key, old);
			continue;
		}
		there.keys.set(key, isTired ? ANYTHING : united);
		changed = true;
	}
	there.isOpen = isOpen;
	return changed;
}

/** What stands at `context.key.rest`. */
export function domainAt(context: ContextDomain, [key = "", ...rest]: readonly string[]): Domain {
	return rest.reduce(fieldOf, contextDomain(context, key));
}
