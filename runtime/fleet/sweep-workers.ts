/** Keeps the list of a fleet's workers true: says which are lost, and forgets those that ended long ago. */
import type { RegistrationBackend } from "../workers/registration-backend.ts";
import { readFigures } from "./worker-figures.ts";

/** Seconds without a heartbeat after which a worker counts as lost: its jobs are with others by then. */
export const lostSeconds = 60;
/** Seconds for which an ended worker stays in the list. */
const keptSeconds = 86_400;

/** Workers of pools are left to their own. @param now milliseconds since 1970 @throws StoreError */
export async function sweepWorkers(registrations: RegistrationBackend, now: number): Promise<void> {
	for (const { worker_id, status, last_heartbeat, metadata } of await registrations.list()) {
		if (!readFigures(metadata)) continue;
		const silentSeconds = (now - Date.parse(last_heartbeat)) / 1000;
		if (silentSeconds > keptSeconds) await registrations.remove(worker_id);
		else if (silentSeconds > lostSeconds && (status === "active" || status === "terminating")) {
			await registrations.updateStatus(worker_id, "lost");
		}
	}
}
