/** The tree of actors, with a filter. Choosing one shows its machine. */
import { useMemo, useState } from "react";
import { type ActorRow, actorRows, countStatuses } from "../actor-rows.ts";
import { formatCount } from "../format.ts";
import { type ActorStatus, type Moment, stateAt, timeAt } from "../moment.ts";
import type { Session } from "../session.ts";
import { ChevronIcon, StatusIcon } from "./icons.tsx";
import { RowList } from "./row-list.tsx";
import { SearchField } from "./search-field.tsx";
import { statusWords } from "./status-words.ts";

const rowHeight = 26;
const shownStatuses = ["active", "waiting", "done", "error", "stopped"] as const;

export interface ActorsPanelProps {
	readonly session: Session;
	readonly moment: Moment;
	/** The chosen actor's id. */
	readonly chosen: string | null;
	readonly onChoose: (id: string) => void;
}

export function ActorsPanel({ session, moment, chosen, onChoose }: ActorsPanelProps) {
	const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
	const [text, setText] = useState("");
	const [statuses, setStatuses] = useState<ReadonlySet<ActorStatus>>(new Set());
	const { actors, calls } = session;
	const time = useMemo(() => timeAt(session, moment), [session, moment]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the session, only its actors and calls matter
	const rows = useMemo(
		() => actorRows(session, { closed, text, statuses, time }),
		[actors, calls, closed, text, statuses, time],
	);
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the session, only its actors and calls matter
	const counts = useMemo(() => countStatuses(session, time), [actors, calls, time]);
	const place = useMemo(() => rows.findIndex(({ actor }) => actor.id === chosen), [rows, chosen]);

	function setOpen({ actor, hasChildren }: ActorRow, isOpen: boolean) {
		if (!hasChildren) return;
		const next = new Set(closed);
		if (isOpen) next.delete(actor.id);
		else next.add(actor.id);
		setClosed(next);
	}

	function onKey(key: string, row: ActorRow): boolean {
		if (key === "ArrowRight") setOpen(row, true);
		else if (key === "ArrowLeft" && row.hasChildren && row.isOpen) setOpen(row, false);
		else if (key === "ArrowLeft" && row.actor.parent !== null) {
			const above = rows.slice(0, rows.indexOf(row)).findLast(({ depth }) => depth < row.depth);
			if (above !== undefined) onChoose(above.actor.id);
		} else return false;
		return true;
	}

	return (
		<section className="panel actors" aria-label="Actors">
			<header className="panel-head">
				<h2>Actors</h2>
				<span className="count">{formatCount([...counts.values()].reduce((sum, count) => sum + count, 0))}</span>
			</header>
			<div className="filters">
				<SearchField label="Filter actors" value={text} onChange={setText} />
				<fieldset className="chips" aria-label="Filter actors by status">
					{shownStatuses.map((status) => {
						const count = counts.get(status) ?? 0;
						if (count === 0 && !statuses.has(status)) return null;
						return (
							<button
								key={status}
								type="button"
								className="chip"
								aria-pressed={statuses.has(status)}
								title={`Only ${statusWords[status]}`}
								onClick={() => setStatuses(statuses.has(status) ? new Set() : new Set([status]))}
							>
								<StatusIcon status={status} />
								<span className="hidden">{statusWords[status]} </span>
								{formatCount(count)}
							</button>
						);
					})}
				</fieldset>
			</div>
			<RowList
				label="Actors"
				role="tree"
				items={rows}
				rowHeight={rowHeight}
				keyOf={({ actor }) => actor.id}
				attributes={({ depth, position, siblings, hasChildren, isOpen }) => ({
					"aria-level": depth + 1,
					"aria-posinset": position,
					"aria-setsize": siblings,
					"aria-expanded": hasChildren ? isOpen : undefined,
				})}
				render={(row) => <ActorLine row={row} state={stateAt(session, row.actor, moment)} />}
				chosen={place}
				onChoose={(row, target) => {
					if (target?.closest("[data-toggle]") != null) setOpen(row, !row.isOpen);
					else onChoose(row.actor.id);
				}}
				onKey={onKey}
			/>
		</section>
	);
}

function ActorLine({ row, state }: { readonly row: ActorRow; readonly state: string | undefined }) {
	const { actor, status, depth, hasChildren, isOpen } = row;
	return (
		<div className="actor" style={{ paddingLeft: 6 + Math.min(depth, 12) * 14 }} title={actor.error}>
			<span className="toggle" data-toggle={hasChildren || undefined}>
				{hasChildren && <ChevronIcon isOpen={isOpen} />}
			</span>
			<StatusIcon status={status} />
			<span className="hidden">{statusWords[status]}</span>
			<span className={`name ${actor.kind}`}>{actor.name}</span>
			{actor.kind !== "machine" && <span className="kind">{actor.kind}</span>}
			{state !== undefined && <span className="state">{state}</span>}
		</div>
	);
}
