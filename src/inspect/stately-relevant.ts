/** Which of XState's inspection events Stately's protocol has, without those that would say the same again. */
import type { InspectionEvent } from "xstate";

export type StatelyRelevantEvent = Extract<
	InspectionEvent,
	{ readonly type: "@xstate.actor" | "@xstate.event" | "@xstate.snapshot" }
>;

/**
 * Makes a filter for one run. The actor of a state gets an event from each child, and its snapshot stays the same object
 * all the while: with hundreds of children, each time all that they have given so far would be made into text.
 */
export function statelyRelevant(): (event: InspectionEvent) => event is StatelyRelevantEvent {
	const latest = new WeakMap<object, unknown>();
	return (event): event is StatelyRelevantEvent => {
		if (event.type !== "@xstate.snapshot") return event.type === "@xstate.actor" || event.type === "@xstate.event";
		if (latest.get(event.actorRef) === event.snapshot) return false;
		latest.set(event.actorRef, event.snapshot);
		return true;
	};
}
