/** The context of the chosen machine at the moment, with what its last step changed. */
import { useMemo, useRef } from "react";
import type { InspectedActor } from "../../inspect/protocol.ts";
import { formatCost, formatCount, formatCounted } from "../format.ts";
import { type Moment, placeAt, timeAt } from "../moment.ts";
import type { Session } from "../session.ts";
import { JsonTree } from "./json-tree.tsx";

export interface ContextPanelProps {
	readonly session: Session;
	readonly machine: InspectedActor | undefined;
	readonly moment: Moment;
}

export function ContextPanel({ session, machine, moment }: ContextPanelProps) {
	const frames = session.framesOf.get(machine?.id ?? "") ?? [];
	const place = placeAt(frames, moment);
	const frame = frames[place];
	const before = frames[place - 1];
	// Nothing was before the first frame, so all of it would be lit.
	const changed = before === undefined ? undefined : frame?.changed;
	const content = useRef<HTMLDivElement>(null);
	const lastShown = useRef({ place: -1, change: -1 });

	function showNextChange(of: number) {
		const changes = content.current?.querySelectorAll(".member.changed") ?? [];
		const { place: before, change } = lastShown.current;
		const next = before === of ? (change + 1) % changes.length : 0;
		lastShown.current = { place: of, change: next };
		changes[next]?.scrollIntoView({ block: "center" });
	}

	const time = useMemo(() => timeAt(session, moment), [session, moment]);
	const hasEnded = machine?.endedAt !== undefined && (time === null || machine.endedAt <= time);
	return (
		<section className="panel context" aria-label="Context">
			<header className="panel-head">
				<h2>Context</h2>
				{changed !== undefined && (
					<button
						type="button"
						className="quiet count"
						disabled={changed.length === 0}
						title="Show the next change"
						onClick={() => showNextChange(place)}
					>
						{changed.length === 0 ? "nothing changed" : `${formatCount(changed.length)} changed`}
					</button>
				)}
			</header>
			<div className="scroll" ref={content}>
				{frame === undefined ? (
					<p className="empty">{machine === undefined ? "Nothing runs yet." : "It has not made a step yet."}</p>
				) : (
					<JsonTree
						key={machine?.machine}
						label="Context"
						value={frame.context}
						changed={changed}
						before={before?.context}
					/>
				)}
				{hasEnded && machine.output !== undefined && (
					<>
						<h3>Output</h3>
						<JsonTree label="Output of the machine" value={asMembers(machine.output)} />
					</>
				)}
				{hasEnded && machine.error !== undefined && (
					<>
						<h3>Error</h3>
						<pre className="error-text">{machine.error}</pre>
					</>
				)}
			</div>
			{frame !== undefined && (
				<footer className="panel-foot">
					step {formatCount(frame.step)} · {formatCounted(frame.agentCalls, "agent call")} · {formatCost(frame.cost)}
				</footer>
			)}
		</section>
	);
}

/** A tree shows members, so anything that has none gets a name. */
export function asMembers(value: unknown): unknown {
	return typeof value === "object" && value !== null ? value : { value };
}
