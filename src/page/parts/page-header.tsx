/** The bar at the top: what is inspected, how it stands, its totals, and the buttons that hold and move it. */
import { useEffect, useMemo, useState } from "react";
import type { ConnectionState } from "../connection.ts";
import { formatCost, formatCount, formatDuration } from "../format.ts";
import type { Moment } from "../moment.ts";
import { type RunStatus, runStatusOf, runStatusWords } from "../run-status.ts";
import type { Session } from "../session.ts";
import { totalsAt } from "../totals.ts";
import { useNow } from "../use-now.ts";
import { ConnectionLabel } from "./connection-label.tsx";
import { CopyIcon, PauseIcon, PlayIcon, SignalIcon, StatusIcon, StepIcon } from "./icons.tsx";

export interface PageHeaderProps {
	readonly session: Session;
	readonly connection: ConnectionState;
	readonly moment: Moment;
	/** On which machines wait. */
	readonly channels: readonly string[];
	readonly onPause: () => void;
	readonly onContinue: () => void;
	readonly onStep: () => void;
	readonly onSignal: () => void;
}

export function PageHeader(props: PageHeaderProps) {
	const { session, connection, moment } = props;
	const { hello } = session;
	const status = runStatusOf(session);
	return (
		<header className="page-head">
			<div className="title">
				<h1>{hello?.name ?? "flatstate"}</h1>
				{hello !== null && <ExecutionId id={hello.executionId} />}
			</div>
			<span className={`pill ${status.tone.replace(" ", "-")}`} role="status" data-testid="run-status">
				<StatusIcon status={status.tone} />
				{runStatusWords[status.is]}
			</span>
			<ConnectionLabel connection={connection} isRunOver={isOver(status)} />
			<TotalsLine session={session} moment={moment} status={status} />
			{hello?.mode === "live" && !isOver(status) && <Controls {...props} status={status} />}
		</header>
	);
}

/** Nothing can be held or moved any more. */
function isOver({ is }: RunStatus): boolean {
	return is === "done" || is === "failed" || is === "stopped";
}

function ExecutionId({ id }: { readonly id: string }) {
	const [isCopied, setCopied] = useState(false);
	useEffect(() => {
		if (!isCopied) return;
		const timer = setTimeout(() => setCopied(false), 1500);
		return () => clearTimeout(timer);
	}, [isCopied]);
	const copy = () =>
		navigator.clipboard.writeText(id).then(
			() => setCopied(true),
			// The browser may forbid it; the id can still be read.
			() => setCopied(false),
		);
	return (
		<button type="button" className="execution" title={`Execution ${id}. Click to copy.`} onClick={copy}>
			<span className="cut">{isCopied ? "copied" : id}</span>
			<CopyIcon />
		</button>
	);
}

interface TotalsLineProps {
	readonly session: Session;
	readonly moment: Moment;
	readonly status: RunStatus;
}

function TotalsLine({ session, moment, status }: TotalsLineProps) {
	const isMoving = status.is === "running" && moment === null;
	const now = useNow(isMoving);
	const totals = useMemo(() => totalsAt(session, moment, now), [session, moment, now]);
	return (
		<dl className="totals" aria-label="Totals">
			<Total name="steps" value={formatCount(totals.steps)} />
			<Total name="calls" value={formatCount(totals.calls)} />
			<Total name="cost" value={formatCost(totals.cost)} />
			<Total name="time" value={formatDuration(totals.duration)} />
		</dl>
	);
}

function Total({ name, value }: { readonly name: string; readonly value: string }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{value}</dd>
		</div>
	);
}

function Controls(props: PageHeaderProps & { readonly status: RunStatus }) {
	const { session, connection, channels, status, onPause, onContinue, onStep, onSignal } = props;
	const { isPaused } = session;
	const canControl = connection.is === "open" && (status.is === "running" || status.is === "paused");
	const canSignal = connection.is === "open";
	// Where the run itself waits, the banner has the button for it.
	const isWaitedFor = channels.length > 0 && status.is !== "waiting";
	return (
		<div className="controls" role="toolbar" aria-label="Run">
			{isPaused ? (
				<button type="button" onClick={onContinue} disabled={!canControl} aria-keyshortcuts="p" title="Continue (p)">
					<PlayIcon />
					Continue
				</button>
			) : (
				<button
					type="button"
					onClick={onPause}
					disabled={!canControl}
					aria-keyshortcuts="p"
					title="Pause before the next effect (p)"
				>
					<PauseIcon />
					Pause
				</button>
			)}
			<button
				type="button"
				onClick={onStep}
				disabled={!canControl || !isPaused}
				aria-keyshortcuts="s"
				title="Let one effect go (s)"
			>
				<StepIcon />
				Step
			</button>
			<button
				type="button"
				className={isWaitedFor ? "primary" : ""}
				onClick={onSignal}
				disabled={!canSignal}
				title="Send a signal to a machine that waits"
			>
				<SignalIcon />
				Signal
			</button>
		</div>
	);
}
