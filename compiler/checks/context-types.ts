/**
 * What type each context key can have in each state: a forward data flow over the state graph. It knows that a key
 * which a state has just stored has exactly that type in the state's own transitions.
 */
import type { StatePlan } from "../plan/plan.ts";
import { declaredOutput } from "./agent-output.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { targetsOf } from "./flow.ts";
import { inferStructure, type Lookup, MISSING } from "./infer.ts";
import { ANY, info, MAP, TEXT, UNKNOWN, union, type ValueInfo } from "./value-types.ts";

/** The context at one moment. */
export interface ContextTypes {
	readonly keys: ReadonlyMap<string, ValueInfo>;
	/** Whether hooks ran, which may set keys that nothing in the file sets. */
	readonly open: boolean;
}

export interface StateTypes {
	/** When the work begins: after the hooks and the action. */
	readonly before: ContextTypes;
	/** At the transitions: after `output_to_context`. */
	readonly after: ContextTypes;
}

/** Keys looked at in all states together, which is a second's work. A thousand states with a thousand keys need less. */
const MOST_KEYS = 2_000_000;

/**
 * @returns types by state; a state that cannot be reached is left out, and all of them where there are too many keys
 */
export function contextTypes(machine: CheckedMachine): ReadonlyMap<string, StateTypes> {
	const { plan } = machine;
	const states = new Map(plan.states.map((state) => [state.name, state] as const));
	const start = startTypes(machine);
	const entry = new Map<string, Arriving>([[plan.initial, { keys: new Map(start.keys), open: start.open }]]);
	const result = new Map<string, StateTypes>();
	// First come, first served, each once: a state is looked at again only after the others had their turn.
	const open = new Set([plan.initial]);
	let work = 0;
	for (const name of open) {
		open.delete(name);
		const state = states.get(name);
		const types = entry.get(name);
		if (state === undefined || types === undefined) continue;
		work += types.keys.size;
		if (work > MOST_KEYS) return new Map();
		const before = afterHooks(machine, state, types);
		const after = afterWork(machine, state, before);
		result.set(name, { before, after });
		const errors = new Set([...(state.onError?.byType.map(([, to]) => to) ?? []), state.onError?.default]);
		const failed = state.onError === undefined ? after : withError(merge(after, before));
		for (const target of new Set(targetsOf(machine, state))) {
			const arriving = errors.has(target) ? failed : after;
			const known = entry.get(target);
			if (known === undefined) entry.set(target, { keys: new Map(arriving.keys), open: arriving.open });
			if (known === undefined || addTo(known, arriving)) open.add(target);
		}
	}
	return result;
}

/** Looks up names in a context; `input` in a state is the context where it has the key, else the run's own input. */
export function lookupIn(machine: CheckedMachine, state: StatePlan | undefined, types: ContextTypes): Lookup {
	const output = state && declaredOutput(machine, state);
	return ([root, key, ...rest]) => {
		if (key === undefined) return root === "context" || root === "input" ? info(MAP) : UNKNOWN;
		if (rest.length > 0) return UNKNOWN;
		if (root === "context") return types.keys.get(key) ?? (types.open || isRuntimeKey(key) ? UNKNOWN : MISSING);
		if (root === "input") return types.keys.get(key) ?? UNKNOWN;
		const declared = root === "output" ? output?.fields.get(key) : undefined;
		if (declared !== undefined) return info(declared | ANY);
		return root === "output" && key === "content" ? info(TEXT | ANY) : UNKNOWN;
	};
}

/** Keys that the runtime itself puts into the context. */
export function isRuntimeKey(key: string): boolean {
	return key.startsWith("_") || ["machine", "last_error", "last_error_type", "attempt", "history"].includes(key);
}

function startTypes(machine: CheckedMachine): ContextTypes {
	const { plan } = machine;
	const keys = new Map<string, ValueInfo>();
	for (const [key, structure] of plan.context) {
		const lookup: Lookup = ([root]) => (root === "input" ? UNKNOWN : MISSING);
		keys.set(key, inferStructure(structure, machine.path("context", key), lookup, plan.parsesRendered));
	}
	const hooked = plan.lifecycleHooks.length > 0 || plan.machineHooks.length > 0;
	return hooked ? opened({ keys, open: true }) : { keys, open: false };
}

/** Hooks may change any key; an action is there to do so, so that after it nothing is known. */
function afterHooks(machine: CheckedMachine, state: StatePlan, types: ContextTypes): ContextTypes {
	if (state.action !== undefined)
		return { keys: new Map([...types.keys.keys()].map((key) => [key, UNKNOWN])), open: true };
	return state.hooks.length > 0 || machine.plan.machineHooks.length > 0 ? opened(types) : types;
}

function opened(types: ContextTypes): ContextTypes {
	return { keys: new Map([...types.keys].map(([key, value]) => [key, union(value, UNKNOWN)])), open: true };
}

/** An action gives no output, so that its `output_to_context` stores nothing. */
function afterWork(machine: CheckedMachine, state: StatePlan, before: ContextTypes): ContextTypes {
	const works = state.agent !== undefined || state.machine !== undefined || state.foreach !== undefined;
	if (!works && state.waitFor === undefined) return before;
	const keys = new Map(before.keys);
	for (const [key, structure] of state.outputToContext) {
		const path = machine.path("states", state.name, "output_to_context", key);
		const lookup = lookupIn(machine, state, { keys, open: before.open });
		keys.set(key, inferStructure(structure, path, lookup, machine.plan.parsesRendered));
	}
	return { keys, open: before.open };
}

function withError(types: ContextTypes): ContextTypes {
	const keys = new Map(types.keys);
	keys.set("last_error", info(TEXT));
	keys.set("last_error_type", info(TEXT));
	return { keys, open: types.open };
}

/** A context that is one or the other. */
function merge(one: ContextTypes, other: ContextTypes): ContextTypes {
	const merged: Arriving = { keys: new Map(one.keys), open: one.open };
	addTo(merged, other);
	return merged;
}

/** A context that grows while the flow is followed. */
interface Arriving {
	readonly keys: Map<string, ValueInfo>;
	open: boolean;
}

/**
 * Makes a context one that may also be `more`.
 * @returns whether that was news
 */
function addTo(known: Arriving, more: ContextTypes): boolean {
	let changed = more.open && !known.open;
	const absent = known.open ? UNKNOWN : MISSING;
	known.open ||= more.open;
	for (const [key, value] of more.keys) {
		const before = known.keys.get(key);
		const after = union(before ?? absent, value);
		if (before === after) continue;
		known.keys.set(key, after);
		changed = true;
	}
	for (const [key, value] of known.keys) {
		if (more.keys.has(key)) continue;
		const after = union(value, more.open ? UNKNOWN : MISSING);
		if (after === value) continue;
		known.keys.set(key, after);
		changed = true;
	}
	return changed;
}
