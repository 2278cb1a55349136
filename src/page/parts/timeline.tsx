/** The way through time: a slider over the frames of the chosen machine, or of all. */
import { type ReactNode, useMemo, useState } from "react";
import type { InspectedActor } from "../../inspect/protocol.ts";
import { formatCount, formatOffset } from "../format.ts";
import { type Moment, momentOf, placeAt } from "../moment.ts";
import type { Session } from "../session.ts";
import { startTime } from "../totals.ts";
import { FirstIcon, LastIcon, NextIcon, PreviousIcon } from "./icons.tsx";

export interface TimelineProps {
	readonly session: Session;
	readonly machine: InspectedActor | undefined;
	readonly moment: Moment;
	readonly onMoment: (moment: Moment) => void;
}

/** With more, marks would be a grey bar. */
const mostMarks = 80;

export function Timeline({ session, machine, moment, onMoment }: TimelineProps) {
	const [isOfAll, setOfAll] = useState(false);
	const own = session.framesOf.get(machine?.id ?? "");
	const frames = (isOfAll ? session.frames : own) ?? [];
	const last = frames.length - 1;
	const place = placeAt(frames, moment);
	const frame = frames[place];
	const start = startTime(session);

	const isMoving = session.hello?.mode !== "stored" && session.end === null;
	const goTo = (next: number) => onMoment(momentOf(frames, next));

	const name = frame === undefined ? undefined : session.actors.get(frame.actor)?.name;
	const words = frame === undefined ? "before its first step" : `${isOfAll && name ? `${name} · ` : ""}${frame.state}`;
	return (
		<section className={moment === null ? "panel timeline" : "panel timeline past"} aria-label="Time travel">
			<div className="timeline-parts">
				<div className="moves">
					<Move label="First step" icon={<FirstIcon />} isOff={place <= 0} onClick={() => goTo(0)} />
					<Move
						label="Step back ([)"
						keys="["
						icon={<PreviousIcon />}
						isOff={place <= 0}
						onClick={() => goTo(place - 1)}
					/>
					<Move
						label="Step on (])"
						keys="]"
						icon={<NextIcon />}
						isOff={place >= last}
						onClick={() => goTo(place + 1)}
					/>
					<Move label="Last step" icon={<LastIcon />} isOff={place >= last} onClick={() => goTo(last)} />
				</div>
				<div className="track">
					<Marks count={frames.length} place={place} />
					<input
						type="range"
						aria-label="Step"
						aria-valuetext={`${place + 1} of ${frames.length}: ${words}`}
						min={0}
						max={Math.max(0, last)}
						value={Math.max(0, place)}
						disabled={last < 0}
						onChange={(event) => goTo(Number(event.target.value))}
					/>
				</div>
				<output className="where">
					<span className="number">
						{formatCount(place + 1)}/{formatCount(frames.length)}
					</span>
					<span className="state cut" title={words}>
						{words}
					</span>
					{frame !== undefined && start !== undefined && (
						<span className="offset">{formatOffset(frame.at - start)}</span>
					)}
				</output>
				<label className="of-all" title="Step through what all machines did, not this one only">
					<input type="checkbox" checked={isOfAll} onChange={(event) => setOfAll(event.target.checked)} />
					all<span className="long"> machines</span>
				</label>
				<button
					type="button"
					className={moment === null ? "live on" : "live"}
					aria-pressed={moment === null}
					aria-keyshortcuts="l"
					title={isMoving ? "Back to what happens now (l)" : "Back to the last step (l)"}
					onClick={() => onMoment(null)}
				>
					<span className="dot" />
					{isMoving ? "Live" : "Latest"}
				</button>
			</div>
		</section>
	);
}

interface MoveProps {
	readonly label: string;
	readonly keys?: string;
	readonly icon: ReactNode;
	readonly isOff: boolean;
	readonly onClick: () => void;
}

function Move({ label, keys, icon, isOff, onClick }: MoveProps) {
	return (
		<button
			type="button"
			className="quiet"
			aria-label={label}
			aria-keyshortcuts={keys}
			title={label}
			disabled={isOff}
			onClick={onClick}
		>
			{icon}
		</button>
	);
}

function Marks({ count, place }: { readonly count: number; readonly place: number }) {
	const marks = useMemo(
		() => (count > mostMarks || count < 2 ? [] : Array.from({ length: count }, (_, mark) => mark)),
		[count],
	);
	return (
		<div className="marks" aria-hidden="true">
			{marks.map((mark) => (
				<i key={mark} className={mark <= place ? "on" : ""} style={{ left: `${(100 * mark) / (count - 1)}%` }} />
			))}
		</div>
	);
}
