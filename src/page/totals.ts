/** How much a run did up to a moment. */
import { frameAt, type Moment, timeAt } from "./moment.ts";
import { restOf } from "./run-status.ts";
import type { Session } from "./session.ts";

export interface Totals {
	/** Of all machines. */
	readonly steps: number;
	readonly calls: number;
	/** Dollars. */
	readonly cost: number;
	/** Milliseconds from the first thing known to the moment, to the end, or to `now`. */
	readonly duration: number;
}

/**
 * How much it is now, the server says: it also knows of what is kept no longer. Of a moment that is past, what is kept
 * tells; the root's frames count its children's calls, too.
 * @param now milliseconds since the epoch
 */
export function totalsAt(session: Session, moment: Moment, now: number): Totals {
	const time = timeAt(session, moment);
	const { steps, calls, cost } =
		time === null && session.totals !== null ? session.totals : countedAt(session, moment, time);
	const root = frameAt(session.framesOf.get(session.root ?? "") ?? [], moment);
	return {
		steps,
		calls: Math.max(calls, root?.agentCalls ?? 0),
		cost: Math.max(cost, root?.cost ?? 0),
		duration: Math.max(0, (time ?? lastTime(session) ?? now) - (startTime(session) ?? now)),
	};
}

function countedAt(session: Session, moment: Moment, time: number | null): Omit<Totals, "duration"> {
	let steps = 0;
	for (const frames of session.framesOf.values()) steps += frameAt(frames, moment)?.step ?? 0;
	let calls = 0;
	let cost = 0;
	for (const call of session.calls) {
		if (time !== null && call.at > time) continue;
		calls++;
		if (time === null || (call.endedAt !== undefined && call.endedAt <= time)) cost += call.cost ?? 0;
	}
	return { steps, calls, cost };
}

/** Milliseconds since the epoch. */
export function startTime(session: Session): number | undefined {
	return session.actors.get(session.root ?? "")?.startedAt ?? session.frames[0]?.at ?? session.events[0]?.at;
}

/** When it came to rest; undefined while it runs. */
function lastTime(session: Session): number | undefined {
	if (restOf(session) === null && session.hello?.mode !== "stored") return undefined;
	const root = session.actors.get(session.root ?? "");
	return root?.endedAt ?? session.frames.at(-1)?.at;
}
