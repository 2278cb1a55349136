/** The tree of actors as rows for a list: only what is open, and what a filter leaves with the way to it. */
import type { InspectedActor } from "../inspect/protocol.ts";
import { type ActorStatus, statusAt } from "./moment.ts";
import type { Session } from "./session.ts";

export interface ActorRow {
	readonly actor: InspectedActor;
	readonly status: ActorStatus;
	/** 0 for the root. */
	readonly depth: number;
	readonly hasChildren: boolean;
	readonly isOpen: boolean;
	/** Its number among its siblings, from 1, and how many they are. */
	readonly position: number;
	readonly siblings: number;
}

export interface ActorView {
	/** Ids of actors whose children are not shown. */
	readonly closed: ReadonlySet<string>;
	/** Part of a name or state, in any case; empty for all. */
	readonly text: string;
	/** Empty for all. */
	readonly statuses: ReadonlySet<ActorStatus>;
	/** From `timeAt`. */
	readonly time: number | null;
}

/** What has not started at the time is left out. */
export function actorRows(session: Session, view: ActorView): readonly ActorRow[] {
	const wanted = matching(session, view);
	const rows: ActorRow[] = [];
	// Of all machines on the way, so that a circle among parents ends.
	const seen = new Set<string>();

	function add(ids: readonly string[], depth: number): void {
		const shown = ids.filter((id) => !seen.has(id) && (wanted === null || wanted.has(id)));
		for (const id of shown) seen.add(id);
		shown.forEach((id, index) => {
			const actor = session.actors.get(id);
			if (actor === undefined) return;
			const children = visibleChildren(session, id, view.time);
			const isOpen = wanted !== null || !view.closed.has(id);
			rows.push({
				actor,
				status: statusAt(session, actor, view.time),
				depth,
				hasChildren: children.length > 0,
				isOpen,
				position: index + 1,
				siblings: shown.length,
			});
			if (isOpen && depth < 100) add(children, depth + 1);
		});
	}

	add(rootsOf(session, view.time), 0);
	return rows;
}

/** How many of those that have started stand how. */
export function countStatuses(session: Session, time: number | null): ReadonlyMap<ActorStatus, number> {
	const counts = new Map<ActorStatus, number>();
	for (const actor of session.actors.values()) {
		const status = statusAt(session, actor, time);
		if (status !== "not started") counts.set(status, (counts.get(status) ?? 0) + 1);
	}
	return counts;
}

/** Those without a parent, and those whose parent is not known yet. */
function rootsOf(session: Session, time: number | null): readonly string[] {
	const parents = [...session.childrenOf.keys()].filter((parent) => parent === null || !session.actors.has(parent));
	return parents.flatMap((parent) => visibleChildren(session, parent, time));
}

function visibleChildren(session: Session, parent: string | null, time: number | null): readonly string[] {
	const ids = session.childrenOf.get(parent) ?? [];
	if (time === null) return ids;
	return ids.filter((id) => {
		const actor = session.actors.get(id);
		return actor !== undefined && statusAt(session, actor, time) !== "not started";
	});
}

/** What the filter leaves, with all that is above it; null where there is no filter. */
function matching(session: Session, { text, statuses, time }: ActorView): ReadonlySet<string> | null {
	if (text === "" && statuses.size === 0) return null;
	const part = text.toLowerCase();
	const wanted = new Set<string>();
	for (const actor of session.actors.values()) {
		if (statuses.size > 0 && !statuses.has(statusAt(session, actor, time))) continue;
		if (part !== "" && !`${actor.name} ${actor.state ?? ""}`.toLowerCase().includes(part)) continue;
		let above: InspectedActor | undefined = actor;
		while (above !== undefined && !wanted.has(above.id)) {
			wanted.add(above.id);
			above = above.parent === null ? undefined : session.actors.get(above.parent);
		}
	}
	return wanted;
}
