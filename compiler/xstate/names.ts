/** Names of the XState states, guards, actions and actors that a plan is lowered to. Users see and override some of them. */

/** States that belong to one YAML state stand beside it under `<state>:<part>`. */
export const part = {
	/** Holds the transitions of a state that has an effect. */
	route: (state: string) => `${state}:route`,
	/** Holds the error routes. */
	error: (state: string) => `${state}:error`,
	/** Holds the transitions of a state whose hooks have a say in them. */
	leave: (state: string) => `${state}:leave`,
	/** Runs `on_transition` hooks. */
	ask: (state: string) => `${state}:ask`,
	/** Runs `on_error` hooks. */
	rescue: (state: string) => `${state}:rescue`,
	/** Runs what precedes the waiting of a `wait_for` state. */
	enter: (state: string) => `${state}:enter`,
	/** Runs what follows a received signal. */
	received: (state: string) => `${state}:received`,
	/** The XState final state of a final YAML state that works or has hooks. */
	end: (state: string) => `${state}:end`,
} as const;

/** Suffixes that a YAML state's name must not end with. */
export const reservedSuffixes: readonly string[] = Object.values(part).map((name) => name(""));

/** Prefix that a YAML state's name must not start with. */
export const reservedPrefix = "flatstate:";

/** States that a machine has once. */
export const shared = {
	/** Runs `on_machine_start` hooks. */
	start: "flatstate:start",
	/** Lets the event loop run in a long chain of states without effects. */
	pause: "flatstate:pause",
	/** Goes to the state whose name is in `context.machine.run.next`. */
	goto: "flatstate:goto",
	/** Runs `on_machine_end` hooks. */
	finish: "flatstate:finish",
	/** The run ended, and the end hooks have been called. */
	done: "flatstate:done",
	/** A hook ended the run. */
	ended: "flatstate:ended",
	/** A limit was reached. */
	stopped: "flatstate:stopped",
	/** An error that nothing routed. */
	failed: "flatstate:failed",
} as const;

/** Stands among the error names of a route for every other name, as in YAML. */
export const errorDefault = "default";

export const guardName = {
	/** A limit is reached, or a chain of states without effects is long. */
	yields: "flatstate:yields",
	limitReached: "flatstate:limit reached",
	/** The error is a limit, or a limit is reached and the error has a route. params `{ among }`: names with a route */
	limitError: "flatstate:limit error",
	conditionFailed: "flatstate:condition failed",
	/** params `{ to }` */
	nextIs: "flatstate:next is",
	/** Hooks have a say in the transition. */
	asks: "flatstate:asks",
	nextIsEmpty: "flatstate:next is empty",
	/** params `{ state }` */
	currentIs: "flatstate:current is",
	/** The channel of a `wait_for` failed, in a long chain of states without effects. */
	yieldsFailed: "flatstate:yields failed",
	rescued: "flatstate:rescued",
	failed: "flatstate:failed",
	/** The event is a signal for the channel that this state waits for. */
	signalArrived: "flatstate:signal arrived",
	/** The event is a signal for the channel on which the state pauses in the middle of its work. */
	answerArrived: "flatstate:answer arrived",
	/** `condition: false` */
	never: "false",
	errorIs: (name: string) => `error is ${name}`,
} as const;

export const actionName = {
	start: "flatstate:start",
	/** params `{ state }` */
	enter: "flatstate:enter",
	settle: "flatstate:settle",
	fail: "flatstate:fail",
	/** params `{ state }` */
	conditionFailed: "flatstate:condition failed",
	/** params `{ state }` */
	noTransition: "flatstate:no transition",
	/** params `{ to }` */
	next: "flatstate:next",
	/** params `{ state }` */
	pause: "flatstate:pause",
	stop: "flatstate:stop",
	/** params `{ state }` */
	channel: "flatstate:channel",
	signal: "flatstate:signal",
	/** The state's work pauses. */
	paused: "flatstate:paused",
	/** Its answer is there. */
	answered: "flatstate:answered",
	/** Hands a signal to the actor of the state that pauses. */
	deliver: "flatstate:deliver",
	unknownNext: "flatstate:unknown next",
	/** params `{ state }` */
	finalOutput: "flatstate:final output",
	finish: "flatstate:finish",
} as const;

export const actorName = {
	/** Everything a state does; input `{ state, phase }`. */
	state: "flatstate:state",
	pause: "flatstate:pause",
	/** Stands for the waiting of a `wait_for` state and its timeout. */
	wait: "flatstate:wait",
	/** Override to answer for an agent: input = the rendered `input`, output = what the agent gives. */
	agent: (name: string) => `agent:${name}`,
	/** One call of a tool in a tool loop, where a run is inspected: input `{ id, arguments }`, output = its result. */
	tool: (name: string) => `tool:${name}`,
	/** One attempt at key results, where a run is inspected: output = its verdict. */
	attempt: "flatstate:attempt",
	/** Override to stand in for a child machine: input = the child's input, output = its output. */
	machine: (name: string) => `machine:${name}`,
	/** Override to stand in for a hook action: input `{ state, context }`, output = the new context. */
	action: (name: string) => `action:${name}`,
} as const;

/** Events that the actor of a state sends to its machine. */
export const eventName = {
	/** `pause`: see `RunData.pause`. */
	paused: "flatstate.paused",
	answered: "flatstate.answered",
} as const;

/** What the state actor is asked to do. `exited`: nothing more, the work was done before a restart. */
export type StatePhase = "start" | "work" | "enter" | "received" | "leave" | "rescue" | "finish" | "exited";
