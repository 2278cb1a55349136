/** How a fleet stands, as tables for a terminal of any width. */
import pc from "picocolors";
import type {
	ExecutionCount,
	FleetExecutions,
	FleetLoad,
	FleetQueueReport,
	FleetWorkerReport,
	StuckExecution,
} from "../../runtime/fleet/fleet-report.ts";
import { requirementWords } from "../../runtime/fleet/requirements.ts";
import { executionStatuses } from "../../runtime/store/execution-summary.ts";
import { type Column, fitColumns, oneLine, rowLine, titleLine } from "./columns.ts";
import { paintStatus } from "./executions-list.ts";
import { counted } from "./print-diagnostics.ts";
import { clipToWidth } from "./text-width.ts";
import { timeAgo } from "./time-words.ts";
import { wrapText } from "./wrap-text.ts";

export interface FleetTextOptions {
	/** Columns of the terminal; Infinity: all there is. */
	readonly width: number;
	readonly color: boolean;
	/** Milliseconds since 1970. */
	readonly now: number;
}

type Paint = ReturnType<typeof pc.createColors>;

export function fleetText(report: FleetLoad & FleetExecutions, { width, color, now }: FleetTextOptions): string {
	const { workers, queues, stuck } = report;
	const paint = pc.createColors(color);
	const live = workers.filter(({ status }) => status === "active").length;
	const parts = [
		`${clipToWidth(oneLine(report.queue), width)}\n${counted(live, "worker")} · ${rateText(report.jobs_per_second)} jobs/s\n`,
		workers.length === 0
			? wrapText("No workers. Start one: `flatstate worker --store URL`.", width, "")
			: table(workerColumns(paint, now), workers, width, paint),
		table(queueColumns, queues, width, paint),
		wrapText(countsText(report.executions, color), width, ""),
		missingText(queues, live, width, paint),
		stuck.length === 0 ? "" : table(stuckColumns(now), stuck, width, paint),
	];
	return parts.filter((part) => part !== "").join("\n");
}

function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number, paint: Paint): string {
	const fitted = fitColumns(columns, rows, width);
	return titleLine(fitted, paint.bold) + rows.map((row) => rowLine(fitted, row)).join("");
}

function workerColumns(paint: Paint, now: number): readonly Column<FleetWorkerReport>[] {
	return [
		{ title: "WORKER", rank: 0, least: 12, value: ({ worker_id }) => worker_id },
		{
			title: "STATUS",
			rank: 1,
			value: ({ status }) => status,
			paint: (text, { status }) => (status === "active" ? paint.green : paint.yellow)(text),
		},
		{
			title: "RUNNING",
			rank: 2,
			isNumber: true,
			value: ({ running, concurrency }) => `${running}/${concurrency}`,
		},
		{ title: "HANDLED", rank: 3, isNumber: true, value: ({ handled }) => String(handled) },
		{ title: "JOBS/S", rank: 4, isNumber: true, value: (worker) => rateText(worker.jobs_per_second) },
		{ title: "MEMORY", rank: 5, isNumber: true, value: ({ memory }) => `${Math.round(memory / 2 ** 20)} MiB` },
		{ title: "SEEN", rank: 6, value: ({ last_heartbeat }) => timeAgo(last_heartbeat, now) },
		{ title: "HOST", rank: 7, value: ({ host }) => host ?? "" },
		{ title: "PID", rank: 8, isNumber: true, value: ({ pid }) => (pid === null ? "" : String(pid)) },
		{ title: "HAS", rank: 9, least: 12, value: ({ capabilities }) => capabilities.join(" ") },
	];
}

const queueColumns: readonly Column<FleetQueueReport>[] = [
	{
		title: "JOBS FOR",
		rank: 0,
		least: 12,
		value: ({ requires }) => (requires.length === 0 ? "any worker" : requires.join(" ")),
	},
	{ title: "WAITING", rank: 1, isNumber: true, value: ({ waiting }) => String(waiting) },
	{ title: "DELAYED", rank: 3, isNumber: true, value: ({ delayed }) => String(delayed) },
	{ title: "RUNNING", rank: 2, isNumber: true, value: ({ running }) => String(running) },
	{ title: "WORKERS", rank: 4, isNumber: true, value: ({ workers }) => String(workers) },
	{ title: "QUEUE", rank: 5, value: ({ name }) => name },
];

function stuckColumns(now: number): readonly Column<StuckExecution>[] {
	return [
		{ title: "STUCK", rank: 0, value: ({ execution_id }) => execution_id },
		{ title: "MACHINE", rank: 3, least: 8, value: ({ machine_name }) => machine_name },
		{
			title: "WHY",
			rank: 1,
			least: 16,
			value: ({ reason }) =>
				reason === "no_holder" ? "active, but run by nobody" : "waits for children, but nothing is queued",
		},
		{ title: "CHANGED", rank: 2, value: ({ since }) => timeAgo(since, now) },
	];
}

/** What stands in a queue that no worker can take. */
function missingText(queues: readonly FleetQueueReport[], live: number, width: number, paint: Paint): string {
	if (live === 0) return "";
	return queues
		.filter(({ missing, waiting, delayed }) => missing.length > 0 && waiting + delayed > 0)
		.map(({ missing, waiting, delayed }) => {
			const jobs = waiting + delayed;
			const words = oneLine(missing.map(requirementWords).join(" and "));
			return wrapText(
				paint.yellow(
					`${counted(jobs, "job")} wait${jobs === 1 ? "s" : ""} for a worker that has ${words}: none of these does.`,
				),
				width,
				"",
			);
		})
		.join("");
}

function countsText(executions: FleetExecutions["executions"], color: boolean): string {
	const texts = executionStatuses.map((status) =>
		paintStatus(`${status} ${countText(executions[status])}`, status, color),
	);
	return `Executions: ${texts.join(" · ")}`;
}

function countText({ count, more }: ExecutionCount): string {
	return `${count}${more ? "+" : ""}`;
}

function rateText(perSecond: number): string {
	return perSecond.toFixed(1);
}
