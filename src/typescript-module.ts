/** Prints a compiled machine as a TypeScript module with stand-ins for its functions: it starts, and can be read. */
import type { JsonAction, JsonMachineConfig, JsonState, JsonTransition } from "../compiler/xstate/lower.ts";
import { moduleHeader } from "./module-header.ts";
import { printKey, printLiteral, printProperty } from "./typescript-literal.ts";

/**
 * A module that exports `machine`: the config as a literal, with stand-ins for everything that it names. It needs
 * nothing but `xstate`, type-checks in strict mode, and is the same text for the same config.
 */
export function toTypeScript(config: JsonMachineConfig): string {
	const names = namesOf(config);
	const actors = [...names.actors].map((name) => member(name, "work"));
	const guards = [...names.guards].map(([name, params]) => member(name, `(${parameters(params)}) => false`));
	const actions = [...names.actions].map(([name, params]) => member(name, `(${parameters(params)}) => {}`));
	const header = moduleHeader(config, "ts", [
		"Conditions are guards under their own text. All functions here are stand-ins: no guard holds, and no state ends",
		"its work. To run the machine use `flatstate run`, or `compileFile` of the package `flatstate`.",
	]);
	return `${header}import { fromPromise, setup } from "xstate";

/** Stands in for what a state does. It never ends: without conditions that hold, a loop of states would go on for ever. */
const work = fromPromise<Record<string, never>, { state: string; phase: string }>(() => new Promise(() => {}));

export const machine = setup({
	types: {
		context: {} as Record<string, unknown>,
		events: {} as { type: string; data?: unknown },
	},
${section("actors", actors)}${section("guards", guards)}${section("actions", actions)}}).createMachine(${printLiteral(config, 0, 17)});
`;
}

function member(name: string, value: string): string {
	return `\t\t${printProperty(name, value, 2)},\n`;
}

function section(name: string, entries: readonly string[]): string {
	return entries.length === 0 ? "" : `\t${name}: {\n${entries.join("")}\t},\n`;
}

/** Params by their names; empty where a name is used without any. */
type Params = ReadonlyMap<string, "string" | "readonly string[]">;

interface Names {
	readonly actors: ReadonlySet<string>;
	readonly guards: ReadonlyMap<string, Params>;
	readonly actions: ReadonlyMap<string, Params>;
}

function parameters(params: Params): string {
	if (params.size === 0) return "";
	const types = [...params].map(([name, type]) => `${printKey(name)}: ${type}`);
	return `_, _params: { ${types.join("; ")} }`;
}

function namesOf(config: JsonMachineConfig): Names {
	const actors = new Set<string>();
	const guards = new Map<string, Params>();
	const actions = new Map<string, Params>();
	const addActions = (list: readonly JsonAction[] = []) => {
		for (const { type, params } of list) actions.set(type, paramsOf(params));
	};
	const addTransitions = (list: readonly JsonTransition[] = []) => {
		for (const { guard, actions: own } of list) {
			if (typeof guard === "string") guards.set(guard, new Map());
			else if (guard !== undefined) guards.set(guard.type, paramsOf(guard.params));
			addActions(own);
		}
	};
	const addState = ({ entry, always, invoke, on = {} }: JsonState) => {
		addActions(entry);
		addTransitions(always);
		for (const list of Object.values(on)) addTransitions(list);
		if (invoke === undefined) return;
		actors.add(invoke.src);
		addTransitions(invoke.onDone);
		addTransitions(invoke.onError);
	};
	addActions(config.entry);
	addActions(config.exit);
	for (const list of Object.values(config.on ?? {})) addTransitions(list);
	for (const state of Object.values(config.states)) addState(state);
	return { actors, guards, actions };
}

function paramsOf(params: Readonly<Record<string, string | readonly string[]>> = {}): Params {
	return new Map(
		Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? "string" : "readonly string[]"]),
	);
}
