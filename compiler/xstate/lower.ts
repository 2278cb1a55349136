/** Lowers a plan to an XState machine config that is plain JSON: names of guards, actions and actors, no functions. */
import type { MachinePlan, StatePlan } from "../plan/plan.ts";
import { initialMeta } from "./initial-meta.ts";
import type { MachineMeta } from "./machine-context.ts";
import { actionName, actorName, errorDefault, eventName, guardName, part, type StatePhase, shared } from "./names.ts";
import { conditionsReadOutput } from "./scope.ts";
import { hasLifecycle, type InjectedHooks, noInjectedHooks, type StateShape, shapeOf } from "./shape.ts";

/** Steps of one macrostep are kept in memory by XState; the chain pauses long before this. */
const maxMicrosteps = 2000;

export interface JsonAction {
	type: string;
	params?: Record<string, string>;
}

export interface JsonGuard {
	type: string;
	params?: Record<string, string | readonly string[]>;
}

export interface JsonTransition {
	target?: string;
	guard?: string | JsonGuard;
	actions?: JsonAction[];
	/** On a transition to the state itself: leave and enter it, as every step does. */
	reenter?: true;
}

export interface JsonInvoke {
	id: string;
	src: string;
	input: { state: string; phase: StatePhase };
	onDone?: JsonTransition[];
	onError?: JsonTransition[];
}

export interface JsonState {
	type?: "final";
	entry?: JsonAction[];
	always?: JsonTransition[];
	invoke?: JsonInvoke;
	on?: Record<string, JsonTransition[]>;
	tags?: string[];
	description?: string;
	meta?: Record<string, string | number>;
}

/** An XState machine config without functions: it survives `JSON.parse(JSON.stringify(config))`. */
export interface JsonMachineConfig {
	id: string;
	version: string;
	initial: string;
	/** What every execution starts from; `flatstate:start` fills in ids, input and the rendered `data.context`. */
	context: { machine: MachineMeta };
	entry: JsonAction[];
	exit: JsonAction[];
	/** Where a state may pause in the middle of its work. */
	on?: Record<string, JsonTransition[]>;
	options: { maxIterations: number };
	meta: Record<string, string>;
	states: Record<string, JsonState>;
}

/**
 * Lowers `plan`. One YAML state becomes one XState state of the same name and, where it needs them, siblings named
 * `<state>:<part>` (docs/design.md, "Lowering one state").
 */
export function lowerMachine(plan: MachinePlan, injected: InjectedHooks = noInjectedHooks): JsonMachineConfig {
	const lowering = new Lowering(plan, injected);
	return {
		id: plan.name,
		version: plan.specVersion,
		initial: lowering.initial(),
		context: { machine: initialMeta(plan) },
		entry: [{ type: actionName.start }],
		exit: [{ type: actionName.finish }],
		...(plan.states.some(({ agent }) => agent !== undefined) && { on: pauses() }),
		options: { maxIterations: maxMicrosteps },
		meta: { file: plan.file },
		states: lowering.states(),
	};
}

/** An agent may pause for an answer in the middle of a state; how long it waits, only the state's actor knows. */
function pauses(): Record<string, JsonTransition[]> {
	return {
		[eventName.paused]: [{ actions: [{ type: actionName.paused }] }],
		[eventName.answered]: [{ actions: [{ type: actionName.answered }] }],
		"signal.*": [{ guard: guardName.answerArrived, actions: [{ type: actionName.deliver }] }],
	};
}

class Lowering {
	private readonly plan: MachinePlan;
	private readonly shapes = new Map<string, StateShape>();
	private readonly lifecycle: boolean;

	constructor(plan: MachinePlan, injected: InjectedHooks) {
		this.plan = plan;
		for (const state of plan.states) this.shapes.set(state.name, shapeOf(plan, state, injected));
		this.lifecycle = hasLifecycle(plan, injected);
	}

	initial(): string {
		return this.lifecycle ? shared.start : this.entryOf(this.plan.initial);
	}

	states(): Record<string, JsonState> {
		const states: Record<string, JsonState> = {};
		if (this.lifecycle) {
			states[shared.start] = {
				invoke: invoke(
					shared.start,
					this.plan.initial,
					"start",
					[settleTo(this.entryOf(this.plan.initial))],
					shared.failed,
				),
			};
		}
		for (const state of this.plan.states) Object.assign(states, this.state(state));
		return Object.assign(states, this.sharedStates());
	}

	private entryOf(name: string): string {
		return this.shapes.get(name)?.entry ?? name;
	}

	private shapeFor(state: StatePlan): StateShape {
		const shape = this.shapes.get(state.name);
		if (!shape) throw new TypeError(`no shape for state ${state.name}`);
		return shape;
	}

	private state(state: StatePlan): Record<string, JsonState> {
		const shape = this.shapeFor(state);
		const states: Record<string, JsonState> = {};
		const main: JsonState = { ...describe(state) };
		states[state.name] = main;
		if (shape.waits) this.waiting(state, shape, main, states);
		else if (shape.works) {
			main.entry = [enter(state.name)];
			main.invoke = invoke(state.name, state.name, "work", [this.afterWork(state, shape)], part.error(state.name));
		} else if (shape.ends) this.pureEnd(state, main);
		else {
			main.entry = [enter(state.name)];
			main.always = this.routes(state, shape);
		}
		if (shape.works && !shape.ends) states[part.route(state.name)] = { always: this.routes(state, shape) };
		if (shape.works && shape.hooked && !shape.ends) Object.assign(states, this.leave(state));
		if (this.hasEnd(shape)) states[part.end(state.name)] = { type: "final" };
		Object.assign(states, this.errorStates(state, shape, states));
		return states;
	}

	private hasEnd(shape: StateShape): boolean {
		return shape.ends && (shape.works || this.lifecycle);
	}

	private afterWork(state: StatePlan, shape: StateShape): JsonTransition {
		if (!shape.ends) return settleTo(part.route(state.name));
		return settleTo(this.lifecycle ? shared.finish : part.end(state.name));
	}

	private pureEnd(state: StatePlan, main: JsonState): void {
		main.entry = [enter(state.name), { type: actionName.finalOutput, params: { state: state.name } }];
		if (!this.lifecycle) {
			main.type = "final";
			return;
		}
		main.always = [{ guard: guardName.failed, target: part.error(state.name) }, { target: shared.finish }];
	}

	private waiting(state: StatePlan, shape: StateShape, main: JsonState, states: Record<string, JsonState>): void {
		const { name } = state;
		const channel: JsonAction = { type: actionName.channel, params: { state: name } };
		if (shape.hooked) {
			states[part.enter(name)] = {
				entry: [enter(name)],
				invoke: invoke(part.enter(name), name, "enter", [settleTo(name)], part.error(name)),
			};
		}
		main.entry = shape.hooked ? [channel] : [enter(name), channel];
		main.always = [
			{
				guard: guardName.yieldsFailed,
				target: shared.pause,
				actions: [{ type: actionName.pause, params: { state: name } }],
			},
			{ guard: guardName.failed, target: part.error(name) },
		];
		main.on = {
			"signal.*": [
				{ guard: guardName.signalArrived, target: part.received(name), actions: [{ type: actionName.signal }] },
			],
		};
		main.invoke = { ...invoke(name, name, "work", [], part.error(name)), src: actorName.wait };
		delete main.invoke.onDone;
		states[part.received(name)] = {
			invoke: invoke(part.received(name), name, "received", [this.afterWork(state, shape)], part.error(name)),
		};
	}

	/** Where a state goes next: straight on, or to `S:leave` where hooks have a say in it. */
	private routes(state: StatePlan, shape: StateShape): JsonTransition[] {
		const { name } = state;
		const always: JsonTransition[] = [
			{
				guard: guardName.yields,
				target: shared.pause,
				actions: [{ type: actionName.pause, params: { state: name } }],
			},
		];
		if (shape.hooked) always.push({ guard: guardName.asks, target: part.leave(name) });
		const straight = (to: string): JsonTransition => {
			const target = this.entryOf(to);
			return { target, ...(target === name && !shape.works && { reenter: true }) };
		};
		return [...always, ...this.choices(state, straight)];
	}

	/** The transitions of a state in their order, with the error routes of conditions between them. */
	private choices(state: StatePlan, towards: (to: string) => JsonTransition): JsonTransition[] {
		const { name } = state;
		const always: JsonTransition[] = [];
		for (const { to, when } of state.transitions) {
			if (when === undefined) return [...always, towards(to)];
			always.push({ guard: when === "never" ? guardName.never : when.text, ...towards(to) });
			if (when !== "never" && when.canThrow) {
				always.push({
					guard: guardName.conditionFailed,
					target: part.error(name),
					actions: [{ type: actionName.conditionFailed, params: { state: name } }],
				});
			}
		}
		const none: JsonAction = { type: actionName.noTransition, params: { state: name } };
		return [...always, { target: part.error(name), actions: [none] }];
	}

	/** The same choice with the hooks' `onTransition` asked about it, which may send the run elsewhere. */
	private leave(state: StatePlan): Record<string, JsonState> {
		const ask = part.ask(state.name);
		const targets = [...new Set(state.transitions.map(({ to }) => to))];
		const answered = [
			...targets.map((to) => ({ ...settleTo(this.entryOf(to)), guard: nextIs(to) })),
			{ ...settleTo(shared.ended), guard: guardName.nextIsEmpty },
			settleTo(shared.goto),
		];
		return {
			[part.leave(state.name)]: {
				always: this.choices(state, (to) => ({
					target: ask,
					actions: [{ type: actionName.next, params: { to } }],
				})),
			},
			[ask]: { invoke: invoke(ask, state.name, "leave", answered, part.error(state.name)) },
		};
	}

	/** The error routes of a state, if any of `states` leads to them. */
	private errorStates(
		state: StatePlan,
		shape: StateShape,
		states: Readonly<Record<string, JsonState>>,
	): Record<string, JsonState> {
		const name = part.error(state.name);
		const isUsed = Object.values(states).some(
			({ always = [], invoke: actor }) =>
				always.some(({ target }) => target === name) || actor?.onError?.some(({ target }) => target === name),
		);
		if (!isUsed) return {};
		const { byType = [], default: fallback } = state.onError ?? {};
		const among = byType.map(([type]) => type);
		const always: JsonTransition[] = [
			{
				guard: {
					type: guardName.limitError,
					params: { among: fallback === undefined ? among : [...among, errorDefault] },
				},
				target: shared.stopped,
				actions: [{ type: actionName.stop }],
			},
			...byType.map(([type, to]) => ({
				guard: { type: guardName.errorIs(type), params: { among } },
				target: this.entryOf(to),
			})),
		];
		if (fallback !== undefined) always.push({ target: this.entryOf(fallback) });
		else always.push({ target: shape.hooked ? part.rescue(state.name) : shared.failed });
		const result: Record<string, JsonState> = { [name]: { always } };
		if (fallback === undefined && shape.hooked) {
			result[part.rescue(state.name)] = {
				invoke: invoke(
					part.rescue(state.name),
					state.name,
					"rescue",
					[{ ...settleTo(shared.goto), guard: guardName.rescued }, { target: shared.failed }],
					shared.failed,
				),
			};
		}
		return result;
	}

	private sharedStates(): Record<string, JsonState> {
		const states: Record<string, JsonState> = {
			[shared.pause]: {
				always: [{ guard: guardName.limitReached, target: shared.stopped, actions: [{ type: actionName.stop }] }],
				invoke: {
					...invoke(shared.pause, this.plan.initial, "work", [{ target: shared.goto }], shared.failed),
					src: actorName.pause,
				},
			},
			[shared.goto]: {
				always: [
					{ guard: guardName.limitReached, target: shared.stopped, actions: [{ type: actionName.stop }] },
					...this.plan.states.map(({ name }) => ({ guard: nextIs(name), target: this.entryOf(name) })),
					{ target: shared.failed, actions: [{ type: actionName.unknownNext }] },
				],
			},
			[shared.ended]: this.lifecycle ? { always: [{ target: shared.finish }] } : { type: "final" },
			[shared.stopped]: { type: "final" },
			[shared.failed]: { type: "final" },
		};
		if (this.lifecycle) {
			const ends = this.plan.states.filter((state) => this.hasEnd(this.shapeFor(state)));
			states[shared.finish] = {
				invoke: invoke(
					shared.finish,
					this.plan.initial,
					"finish",
					[
						...ends.map(({ name }) => ({
							...settleTo(part.end(name)),
							guard: { type: guardName.currentIs, params: { state: name } },
						})),
						settleTo(shared.done),
					],
					shared.failed,
				),
			};
			states[shared.done] = { type: "final" };
		}
		return states;
	}
}

function enter(state: string): JsonAction {
	return { type: actionName.enter, params: { state } };
}

function nextIs(to: string): JsonGuard {
	return { type: guardName.nextIs, params: { to } };
}

function settleTo(target: string): JsonTransition {
	return { target, actions: [{ type: actionName.settle }] };
}

function invoke(id: string, state: string, phase: StatePhase, onDone: JsonTransition[], onError: string): JsonInvoke {
	return {
		id,
		src: actorName.state,
		input: { state, phase },
		onDone,
		onError: [{ target: onError, actions: [{ type: actionName.fail }] }],
	};
}

function describe(state: StatePlan): JsonState {
	const tags = [
		state.agent && "agent",
		(state.machine || state.foreach) && "machine",
		state.foreach && "foreach",
		state.launch.length > 0 && "launch",
		state.action && "action",
		state.waitFor && "wait_for",
	].filter((tag) => typeof tag === "string");
	return {
		...(tags.length > 0 && { tags }),
		...(state.objective !== undefined && { description: state.objective }),
		meta: {
			yaml: `states.${state.name}`,
			...(state.at && { file: state.at.file, line: state.at.line }),
			...(conditionsReadOutput(state) && { reads: "output" }),
			...(state.keyResults && {
				key_results: state.keyResults.items
					.map(({ name, description }) => `${name}: ${description ?? name}`)
					.join("\n"),
				max_retries: state.keyResults.maxRetries,
			}),
		},
	};
}
