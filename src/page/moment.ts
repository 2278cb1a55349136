/** What was so at one moment of a session. A moment is a frame's number; `null` is now. */
import type { InspectedActor, InspectedFrame } from "../inspect/protocol.ts";
import type { Session } from "./session.ts";

export type Moment = number | null;

export type ActorStatus = InspectedActor["status"] | "not started";

/** The last of these frames, which are in order, that is not behind the moment. */
export function frameAt(frames: readonly InspectedFrame[], moment: Moment): InspectedFrame | undefined {
	return frames[placeAt(frames, moment)];
}

/** @returns its place among the frames; -1 where all are behind the moment */
export function placeAt(frames: readonly InspectedFrame[], moment: Moment): number {
	if (moment === null) return frames.length - 1;
	let low = 0;
	let high = frames.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((frames[middle]?.seq ?? 0) <= moment) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

/** The moment of a frame by its place among these; the last one is now, whatever comes after it. */
export function momentOf(frames: readonly InspectedFrame[], place: number): Moment {
	return place >= frames.length - 1 ? null : (frames[Math.max(0, place)]?.seq ?? null);
}

/** Milliseconds since the epoch; null for now. */
export function timeAt(session: Session, moment: Moment): number | null {
	return moment === null ? null : (frameAt(session.frames, moment)?.at ?? null);
}

/**
 * An agent that answered with an error ended well as an actor; its call tells.
 * @param time from `timeAt`
 */
export function statusAt(session: Session, actor: InspectedActor, time: number | null): ActorStatus {
	if (time !== null && actor.startedAt > time) return "not started";
	if (time !== null && (actor.endedAt === undefined || actor.endedAt > time)) return "active";
	const place = actor.kind === "agent" ? session.callPlaces.get(actor.id) : undefined;
	const hasFailed = place !== undefined && session.calls[place]?.error !== undefined && actor.status === "done";
	return hasFailed ? "error" : actor.status;
}

/** The YAML state in which a machine stood. */
export function stateAt(session: Session, actor: InspectedActor, moment: Moment): string | undefined {
	const frame = frameAt(session.framesOf.get(actor.id) ?? [], moment);
	return moment === null ? (actor.state ?? frame?.state) : frame?.state;
}

/** The machine that an actor is or works for. */
export function machineOf(session: Session, id: string): InspectedActor | undefined {
	let actor = session.actors.get(id);
	// Parents come from the server: a circle of them must not hang the page.
	for (let depth = 0; actor !== undefined && depth < 1000; depth++) {
		if (actor.kind === "machine") return actor;
		actor = actor.parent === null ? undefined : session.actors.get(actor.parent);
	}
	return undefined;
}
