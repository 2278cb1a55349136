/** What happened, in two lists beside each other's tabs: agent calls and events. */
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import type { InspectedActor } from "../../inspect/protocol.ts";
import { formatCount } from "../format.ts";
import type { Moment } from "../moment.ts";
import type { Session } from "../session.ts";
import { CallLog } from "./call-log.tsx";
import { EventLog } from "./event-log.tsx";
import { SearchField } from "./search-field.tsx";

export interface LogPanelProps {
	readonly session: Session;
	readonly machine: InspectedActor | undefined;
	readonly moment: Moment;
	/** The chosen actor's id: where it is an agent, its call is shown. */
	readonly actor: string | null;
}

export interface LogProps extends Omit<LogPanelProps, "actor"> {
	/** Only what belongs to the chosen machine. */
	readonly isOfOne: boolean;
	/** Part of what a row says, in any case. */
	readonly text: string;
}

const tabs = ["calls", "events"] as const;

export function LogPanel({ session, machine, moment, actor }: LogPanelProps) {
	const [tab, setTab] = useState<(typeof tabs)[number]>("calls");
	const [isOfOne, setOfOne] = useState(false);
	const [text, setText] = useState("");
	const [call, setCall] = useState<string | null>(null);
	const id = useId();
	const isCall = actor !== null && session.callPlaces.has(actor);
	useEffect(() => {
		if (!isCall) return;
		setTab("calls");
		setCall(actor);
	}, [actor, isCall]);
	const counts = { calls: session.calls.length, events: session.eventCount };
	const titles = { calls: "Agent calls", events: "Events" };

	function onKeyDown(event: KeyboardEvent<HTMLElement>) {
		if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
		const other = tab === "calls" ? "events" : "calls";
		setTab(other);
		event.currentTarget.querySelector<HTMLElement>(`[data-tab=${other}]`)?.focus();
		event.preventDefault();
	}

	const log = { session, machine, moment, isOfOne, text };
	return (
		<section className="panel log" aria-label="Log">
			<header className="panel-head">
				<div className="tabs" role="tablist" aria-label="Log" onKeyDown={onKeyDown}>
					{tabs.map((name) => (
						<button
							key={name}
							type="button"
							role="tab"
							id={`${id}-${name}`}
							data-tab={name}
							aria-selected={tab === name}
							aria-controls={`${id}-panel`}
							tabIndex={tab === name ? 0 : -1}
							onClick={() => setTab(name)}
						>
							{titles[name]} <span className="count">{formatCount(counts[name])}</span>
						</button>
					))}
				</div>
				<SearchField label={`Filter ${titles[tab].toLowerCase()}`} value={text} onChange={setText} />
				<label className="of-one">
					<input type="checkbox" checked={isOfOne} onChange={(event) => setOfOne(event.target.checked)} />
					this machine
				</label>
			</header>
			<div className="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
				{tab === "calls" ? <CallLog {...log} chosen={call} onChoose={setCall} /> : <EventLog {...log} />}
			</div>
		</section>
	);
}
