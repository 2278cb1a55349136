/** Actor logic that is looked up when it is first used, so that machines may contain each other. */
import type { AnyActorLogic } from "xstate";

/** Forwards everything to `get()`. */
export function lazyLogic(get: () => AnyActorLogic): AnyActorLogic {
	return {
		get config() {
			return get().config;
		},
		transition: (snapshot, event, scope) => get().transition(snapshot, event, scope),
		getInitialSnapshot: (scope, input) => get().getInitialSnapshot(scope, input),
		getPersistedSnapshot: (snapshot, options) => get().getPersistedSnapshot(snapshot, options),
		restoreSnapshot: (snapshot, scope) => get().restoreSnapshot?.(snapshot, scope) ?? snapshot,
		start: (snapshot, scope) => get().start?.(snapshot, scope),
	};
}
