/** How the run came to rest: its output, its error, or what it waits for. */
import { useState } from "react";
import { previewOf } from "../format.ts";
import { type Rest, restOf } from "../run-status.ts";
import type { Session } from "../session.ts";
import { waitingChannels } from "../signal-form.ts";
import { asMembers } from "./context-panel.tsx";
import { ChevronIcon, StatusIcon } from "./icons.tsx";
import { JsonTree } from "./json-tree.tsx";

export interface EndBannerProps {
	readonly session: Session;
	readonly onSignal: () => void;
}

export function EndBanner({ session, onSignal }: EndBannerProps) {
	const [isOpen, setOpen] = useState(false);
	const rest = restOf(session);
	if (rest === null) return null;
	const { status, output, error, wakeAt } = rest;
	const tone = status === "failed" ? "error" : status;
	const hasMore = output !== undefined || (error?.includes("\n") ?? false);
	return (
		<section className={`end-banner ${tone}`} aria-label="Result">
			<div className="end-line">
				<StatusIcon status={tone} />
				<strong>{headline(rest, session)}</strong>
				<span className="cut result">{error ?? (output === undefined ? "" : previewOf(output, 300))}</span>
				{status === "waiting" && wakeAt === undefined && session.hello?.mode === "live" && (
					<button type="button" className="primary" onClick={onSignal}>
						Send signal
					</button>
				)}
				{hasMore && (
					<button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
						<ChevronIcon isOpen={isOpen} />
						{output === undefined ? "Details" : "Output"}
					</button>
				)}
			</div>
			{isOpen && (
				<div className="end-more">
					{error !== undefined && <pre className="error-text">{error}</pre>}
					{output !== undefined && <JsonTree label="Output of the run" value={asMembers(output)} />}
				</div>
			)}
		</section>
	);
}

function headline({ status, wakeAt }: Rest, session: Session): string {
	switch (status) {
		case "done":
			return "Done";
		case "failed":
			return "Failed";
		case "stopped":
			return "Stopped";
		case "waiting": {
			const [channel] = waitingChannels(session, session.actors.get(session.root ?? ""));
			if (channel !== undefined) return `Waits for a signal on ${channel}`;
			return wakeAt === undefined ? "Waits" : `Sleeps until ${new Date(wakeAt).toLocaleString()}`;
		}
	}
}
