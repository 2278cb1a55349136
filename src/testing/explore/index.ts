/** Exploration of machines: what other rooms of the testing tools may import. */
export type {
	DeadReason,
	EndlessLoop,
	Exploration,
	OutcomeReach,
	Reach,
	StateReach,
	TransitionReach,
} from "./exploration.ts";
export { type ExploreOptions, explore } from "./explore.ts";
export { type ExploreMachineOptions, exploreMachine } from "./explore-machine.ts";
