/** Sleeps of a state's work: in memory, or parked where they are longer than the run is to stay for. */
import type { RunEnvironment } from "./run-environment.ts";
import type { Visit } from "./visit.ts";

/**
 * Whether a run that only sleeps until then is to park.
 * @param milliseconds that are left
 */
export function isLongSleep({ parkSleepsOverSeconds }: RunEnvironment, milliseconds: number): boolean {
	return parkSleepsOverSeconds !== undefined && milliseconds > Math.max(0, parkSleepsOverSeconds * 1000);
}

/**
 * Sleeps until `deadline`, milliseconds since 1970, which the caller has journaled. A long sleep keeps no run going: where
 * nothing else goes on, the run parks, and whoever resumes it then goes on behind the sleep.
 */
export async function sleepUntil(visit: Visit, deadline: number): Promise<void> {
	const { steps, environment, services, meta, state } = visit;
	if (!isLongSleep(environment, deadline - services.now())) return steps.sleepUntil(deadline);
	const stopWaking = visit.wakeAt(deadline);
	const endSleep = environment.activity.sleep({
		executionId: meta.execution_id,
		state: state.name,
		until: deadline,
	});
	try {
		await steps.sleepUntil(deadline, { idle: true });
	} finally {
		endSleep();
		stopWaking();
	}
}
