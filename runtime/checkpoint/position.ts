/** What an XState state of a compiled machine means in the specification's words: a state's name and an event. */
import type { JsonMachineConfig, JsonState } from "../../compiler/xstate/lower.ts";
import { actorName, part, shared } from "../../compiler/xstate/names.ts";
import type { CheckpointEvent } from "./machine-snapshot.ts";

export interface Position {
	readonly event: CheckpointEvent;
	readonly currentState: string;
}

/**
 * The position of a machine in XState state `at`, having last entered YAML state `state` (spec sections 13.2 and 13.3).
 */
export function positionOf(config: JsonMachineConfig, at: string, state: string): Position {
	switch (at) {
		case shared.start:
			return { event: "machine_start", currentState: "start" };
		case shared.finish:
		case shared.done:
		case shared.ended:
		case part.end(state):
			return { event: "machine_end", currentState: "end" };
		case part.enter(state):
			return { event: "state_enter", currentState: state };
		case part.route(state):
		case part.leave(state):
		case part.ask(state):
			return { event: "state_exit", currentState: state };
	}
	const lowered = stateOf(config, at);
	if (lowered?.type === "final") return { event: "machine_end", currentState: "end" };
	if (lowered?.invoke?.src === actorName.wait) return { event: "waiting", currentState: state };
	return { event: "execute", currentState: state };
}

/** The XState state called `name`, own properties only. */
export function stateOf(config: JsonMachineConfig, name: string): JsonState | undefined {
	return Object.hasOwn(config.states, name) ? config.states[name] : undefined;
}
