/** The events of all actors, and of the chosen one its data. */
import { useMemo, useState } from "react";
import { formatOffset, previewOf } from "../format.ts";
import { machineOf, timeAt } from "../moment.ts";
import { startTime } from "../totals.ts";
import { asMembers } from "./context-panel.tsx";
import { JsonTree } from "./json-tree.tsx";
import type { LogProps } from "./log-panel.tsx";
import { RowList } from "./row-list.tsx";

export function EventLog({ session, machine, moment, isOfOne, text }: LogProps) {
	const [chosen, setChosen] = useState<number | null>(null);
	const { events, actors } = session;
	const time = timeAt(session, moment);
	const start = startTime(session) ?? 0;
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the session, only its events and actors matter
	const rows = useMemo(() => {
		const part = text.toLowerCase();
		return events.filter(({ actor, event, data }) => {
			if (isOfOne && machineOf(session, actor)?.id !== machine?.id) return false;
			if (part === "") return true;
			return `${event} ${actors.get(actor)?.name ?? ""} ${previewOf(data ?? "", 300)}`.toLowerCase().includes(part);
		});
	}, [events, actors, machine?.id, isOfOne, text]);
	const place = rows.findIndex(({ number }) => number === chosen);
	const event = rows[place];

	if (events.length === 0) return <p className="empty">No events yet.</p>;
	return (
		<div className={event === undefined ? "master" : "master with-detail"}>
			<RowList
				label="Events"
				role="listbox"
				items={rows}
				rowHeight={24}
				keyOf={({ number }) => number}
				chosen={place}
				onChoose={({ number }) => setChosen(number)}
				followsEnd
				render={(row) => (
					<div className={time !== null && row.at > time ? "event later" : "event"}>
						<span className="offset">{formatOffset(row.at - start)}</span>
						<span className="name">{actors.get(row.actor)?.name ?? row.actor}</span>
						<span className="type cut">{row.event}</span>
						<span className="text cut">{row.data === undefined ? "" : previewOf(row.data)}</span>
					</div>
				)}
			/>
			{event !== undefined && (
				<section className="detail" aria-label="The chosen event">
					<h3 className="call-title">
						{event.event} <span>{actors.get(event.actor)?.name ?? event.actor}</span>
					</h3>
					{event.data === undefined ? (
						<p className="empty">It carries no data.</p>
					) : (
						<JsonTree label="Data" value={asMembers(event.data)} />
					)}
				</section>
			)}
		</div>
	);
}
