/** An execution as a person reads it: its facts line by line, then the table of its path. */
import type pc from "picocolors";
import { type Spending, spendingBy } from "../../compiler/xstate/spending.ts";
import type { LeaseHolder } from "../../runtime/store/execution-lock.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import { type Column, fitColumns, oneLine, rowLine, titleLine } from "./columns.ts";
import type { AttemptView } from "./execution-attempts.ts";
import type { ExecutionPath, PathStep } from "./execution-path.ts";
import { paintStatus } from "./executions-list.ts";
import type { ExecutionView } from "./executions-show.ts";
import { counted } from "./print-diagnostics.ts";
import { requestLine } from "./question-text.ts";
import { clipToWidth } from "./text-width.ts";
import { dollars, durationWords, timeAgo, timeText } from "./time-words.ts";

export interface DescribeOptions {
	/** Columns of the terminal; Infinity: nothing is cut. */
	readonly width: number;
	readonly paint: ReturnType<typeof pc.createColors>;
	/** Milliseconds since 1970, to say how long ago things happened; null: times alone. */
	readonly now: number | null;
}

/** Pending children that are named; there may be thousands. */
const namedChildren = 10;
const labelWidth = 11;

/** The text of one execution. */
export function describeExecution(view: ExecutionView, options: DescribeOptions): string {
	const { summary, input, holder, path } = view;
	const { width, paint } = options;
	const facts: [label: string, text: string][] = [
		["machine", summary.machine_name],
		["state", `${summary.current_state}, step ${summary.step} (${summary.event})`],
	];
	const waits = waitText(summary);
	if (waits !== undefined) facts.push(["waits for", waits]);
	if (view.request !== null) facts.push(["asked by", clipToWidth(requestLine(view.request), width - labelWidth)]);
	if (input !== null) facts.push(["input", clipToWidth(JSON.stringify(input), width - labelWidth)]);
	facts.push(
		["spent", `${counted(summary.total_api_calls, "call")}, ${dollars(summary.total_cost)}`],
		["created", whenText(summary.created_at, options)],
		["updated", whenText(summary.updated_at, options)],
	);
	if (summary.parent_execution_id !== null) facts.push(["parent", parentText(summary)]);
	if (holder !== null) facts.push(["run by", holderText(holder)]);
	if (view.pending.length > 0) facts.push(["children", pendingText(view)]);
	if (view.launches.length > 0) facts.push(["to launch", named(view.launches.map(({ execution_id }) => execution_id))]);
	if (summary.error !== null) facts.push(["error", `${summary.error.name}: ${summary.error.message}`]);

	const status = paintStatus(summary.status, summary.status, paint.isColorSupported);
	const lines = facts.map(([label, text]) => `${paint.dim(label.padEnd(labelWidth))}${oneLine(text)}\n`);
	const title = `${paint.bold(oneLine(summary.execution_id))} ${status}\n`;
	const attempts = attemptsText(view.attempts, options);
	return `${title}${lines.join("")}${spentText(view.spent, options)}${attempts}${pathText(path, options)}`;
}

function waitText({ status, waiting_channel, wake_at }: ExecutionSummary): string | undefined {
	if (waiting_channel === null) return status === "waiting" && wake_at !== null ? timeText(wake_at) : undefined;
	const until = wake_at === null ? "" : `, until ${timeText(wake_at)}`;
	return `a signal on ${waiting_channel}${until}`;
}

function parentText({ execution_id, parent_execution_id, root_execution_id }: ExecutionSummary): string {
	const isAwaited = root_execution_id !== execution_id;
	return `${parent_execution_id}${isAwaited ? " (which waits for it)" : ""}`;
}

function holderText({ label, acquiredAt, expiresAt }: LeaseHolder): string {
	const until = expiresAt === null ? "" : `, at least until ${timeText(expiresAt)}`;
	return `${label} since ${timeText(acquiredAt)}${until}`;
}

function pendingText({ pending }: ExecutionView): string {
	return `waits for ${pending.length}: ${named(pending.map(({ execution_id, status }) => `${execution_id} (${status})`))}`;
}

function named(names: readonly string[]): string {
	const more = names.length > namedChildren ? ` and ${names.length - namedChildren} more` : "";
	return `${names.slice(0, namedChildren).join(", ")}${more}`;
}

function whenText(time: string, { now }: DescribeOptions): string {
	const ago = now === null ? "" : timeAgo(time, now);
	return ago === "" || time.startsWith(ago) ? timeText(time) : `${timeText(time)} (${ago})`;
}

const spentColumns = (title: "AGENT" | "STATE"): readonly Column<Spending>[] => [
	{ title, rank: 0, least: 8, value: ({ agent, state }) => (title === "AGENT" ? agent : state) || "others" },
	{ title: "MACHINE", rank: 3, value: ({ machine }) => machine },
	{ title: "CALLS", rank: 2, isNumber: true, value: ({ calls }) => String(calls) },
	{ title: "TOKENS", rank: 4, isNumber: true, value: ({ total_tokens }) => String(total_tokens) },
	{ title: "COST", rank: 1, isNumber: true, value: ({ cost }) => dollars(cost) },
];

/** What was spent, by agent and by state. */
function spentText(spent: readonly Spending[], { width, paint }: DescribeOptions): string {
	if (spent.length === 0) return "";
	const table = (title: "AGENT" | "STATE", rows: readonly Spending[]): string => {
		const columns = fitColumns(spentColumns(title), rows, width);
		return `\n${titleLine(columns, paint.bold)}${rows.map((row) => rowLine(columns, row)).join("")}`;
	};
	return table("AGENT", spendingBy(spent, "agent")) + table("STATE", spendingBy(spent, "state"));
}

const pathColumns: readonly Column<PathStep>[] = [
	{ title: "STEP", rank: 0, isNumber: true, value: ({ step }) => (step === null ? "" : String(step)) },
	{ title: "STATE", rank: 1, least: 8, value: ({ state, problem }) => state ?? problem ?? "" },
	{ title: "EVENT", rank: 3, value: ({ event }) => event ?? "" },
	{
		title: "TIME",
		rank: 2,
		isNumber: true,
		value: ({ seconds }) => (seconds === null ? "" : durationWords(seconds)),
	},
	{
		title: "CALLS",
		rank: 5,
		isNumber: true,
		value: ({ calls, problem }) => (problem === undefined ? String(calls) : ""),
	},
	{
		title: "COST",
		rank: 4,
		isNumber: true,
		value: ({ cost, problem }) => (problem === undefined ? dollars(cost) : ""),
	},
];

const attemptColumns: readonly Column<AttemptView>[] = [
	{ title: "STEP", rank: 1, isNumber: true, value: ({ step }) => String(step) },
	{ title: "STATE", rank: 0, least: 8, value: ({ state }) => state },
	{ title: "ATTEMPT", rank: 0, isNumber: true, value: ({ attempt }) => String(attempt) },
	{ title: "VERDICT", rank: 0, value: ({ passed }) => (passed ? "passed" : "failed") },
	{ title: "WHY", rank: 2, least: 8, value: ({ feedback }) => feedback ?? "" },
];

function attemptsText(attempts: readonly AttemptView[], { width, paint }: DescribeOptions): string {
	if (attempts.length === 0) return "";
	const columns = fitColumns(attemptColumns, attempts, width);
	return `\n${titleLine(columns, paint.bold)}${attempts.map((attempt) => rowLine(columns, attempt)).join("")}`;
}

function pathText({ steps, earlier }: ExecutionPath, { width, paint }: DescribeOptions): string {
	if (steps.length === 0) return "";
	const columns = fitColumns(pathColumns, steps, width);
	const before = earlier === 0 ? "" : `${paint.dim(`${counted(earlier, "earlier checkpoint")}: --all shows them`)}\n`;
	return `\n${before}${titleLine(columns, paint.bold)}${steps.map((step) => rowLine(columns, step)).join("")}`;
}
