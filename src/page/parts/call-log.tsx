/** The agent calls, and of the chosen one what was asked and answered. */
import { useMemo } from "react";
import type { InspectedCall } from "../../inspect/protocol.ts";
import { answerText, formatCost, formatDuration, formatOffset, previewOf } from "../format.ts";
import { type ActorStatus, machineOf, timeAt } from "../moment.ts";
import { startTime } from "../totals.ts";
import { useNow } from "../use-now.ts";
import { asMembers } from "./context-panel.tsx";
import { StatusIcon } from "./icons.tsx";
import { JsonTree } from "./json-tree.tsx";
import type { LogProps } from "./log-panel.tsx";
import { RowList } from "./row-list.tsx";
import { statusWords } from "./status-words.ts";

export interface CallLogProps extends LogProps {
	/** A call's id. */
	readonly chosen: string | null;
	readonly onChoose: (id: string) => void;
}

export function CallLog({ session, machine, moment, isOfOne, text, chosen, onChoose }: CallLogProps) {
	const { calls, actors } = session;
	const time = timeAt(session, moment);
	const start = startTime(session) ?? 0;
	// biome-ignore lint/correctness/useExhaustiveDependencies: of the session, only its calls and actors matter
	const rows = useMemo(() => {
		const part = text.toLowerCase();
		return calls.filter((call) => {
			if (isOfOne && machineOf(session, call.actor)?.id !== machine?.id) return false;
			if (part === "") return true;
			return `${call.agent} ${call.state} ${searchable(call)}`.toLowerCase().includes(part);
		});
	}, [calls, actors, machine?.id, isOfOne, text]);
	const place = rows.findIndex(({ id }) => id === chosen);
	const call = rows[place];
	const isAnyOpen = session.end === null && moment === null && calls.some(({ endedAt }) => endedAt === undefined);
	const now = useNow(isAnyOpen);

	if (calls.length === 0) return <p className="empty">No agent was called yet.</p>;
	return (
		<div className={call === undefined ? "master" : "master with-detail"}>
			<RowList
				label="Agent calls"
				role="listbox"
				items={rows}
				rowHeight={28}
				keyOf={({ id }) => id}
				chosen={place}
				onChoose={({ id }) => onChoose(id)}
				followsEnd
				render={(row) => {
					const status = callStatus(row, time);
					const ended = status === "active" ? (time ?? now) : (row.endedAt ?? row.at);
					return (
						<div className={time !== null && row.at > time ? "call later" : "call"}>
							<StatusIcon status={status} />
							<span className="hidden">{statusWords[status]}</span>
							<span className="offset">{formatOffset(row.at - start)}</span>
							<span className="name">{row.agent}</span>
							<span className="state">{row.state}</span>
							<span className="text cut">{row.error ?? answerText(row.answer ?? row.prompt ?? row.input ?? "")}</span>
							<span className="number">{row.cost === undefined ? "" : formatCost(row.cost)}</span>
							<span className="number">{formatDuration(Math.max(0, ended - row.at))}</span>
						</div>
					);
				}}
			/>
			{call !== undefined && <CallDetail call={call} actor={machineOf(session, call.actor)?.name} />}
		</div>
	);
}

function callStatus(call: InspectedCall, time: number | null): ActorStatus {
	if (time !== null && call.at > time) return "not started";
	if (call.endedAt === undefined || (time !== null && call.endedAt > time)) return "active";
	return call.error === undefined ? "done" : "error";
}

function CallDetail({ call, actor }: { readonly call: InspectedCall; readonly actor: string | undefined }) {
	return (
		<section className="detail" aria-label="The chosen call">
			<h3 className="call-title">
				{call.agent} <span>in {actor === undefined ? call.state : `${actor} · ${call.state}`}</span>
			</h3>
			{call.error !== undefined && <Part title="Error" text={call.error} tone="error-text" />}
			{call.answer !== undefined && <ValuePart title="Answer" value={call.answer} />}
			{call.prompt !== undefined && <Part title="Prompt" text={call.prompt} tone="prose" />}
			{call.input !== undefined && <ValuePart title="Input" value={call.input} />}
		</section>
	);
}

function ValuePart({ title, value }: { readonly title: string; readonly value: unknown }) {
	if (typeof value === "string") return <Part title={title} text={value} tone="prose" />;
	return (
		<>
			<h4>{title}</h4>
			<JsonTree label={title} value={asMembers(value)} />
		</>
	);
}

function Part({ title, text, tone }: { readonly title: string; readonly text: string; readonly tone: string }) {
	return (
		<>
			<h4>{title}</h4>
			<pre className={tone}>{text}</pre>
		</>
	);
}

function searchable({ prompt, error, answer, input }: InspectedCall): string {
	return `${prompt ?? ""} ${error ?? ""} ${previewOf(answer ?? "", 2000)} ${previewOf(input ?? "", 2000)}`;
}
