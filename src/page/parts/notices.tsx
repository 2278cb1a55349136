/** What the server answered to the reader's commands. Good news goes by itself; errors stay until they are closed. */
import { useEffect, useState } from "react";
import type { Notice } from "../session.ts";
import { CloseIcon } from "./icons.tsx";

const shownFor = 6000;
const mostShown = 3;

export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
	/** The number of the first that may be shown. */
	const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
	const close = (number: number) => setClosed((before) => new Set(before).add(number));
	const shown = notices.filter(({ number }) => !closed.has(number)).slice(-mostShown);
	return (
		<div className="notices" role="log" aria-label="Notices">
			{shown.map((notice) => (
				<NoticeCard key={notice.number} notice={notice} onClose={() => close(notice.number)} />
			))}
		</div>
	);
}

function NoticeCard({ notice, onClose }: { readonly notice: Notice; readonly onClose: () => void }) {
	const isError = notice.level === "error";
	// biome-ignore lint/correctness/useExhaustiveDependencies: once for each notice
	useEffect(() => {
		if (isError) return;
		const timer = setTimeout(onClose, shownFor);
		return () => clearTimeout(timer);
	}, [isError]);
	return (
		<div className={`notice ${notice.level}`} role={isError ? "alert" : "status"}>
			<span>{notice.text}</span>
			<button type="button" className="quiet" aria-label="Close the notice" onClick={onClose}>
				<CloseIcon />
			</button>
		</div>
	);
}
