/** Reads jobs that come from a queue or a join: nothing in them is trusted. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { LimitName, Limits } from "../../compiler/xstate/machine-context.ts";
import { FleetError } from "./errors.ts";
import type { ExecutionJob, QueuedJob, ResumeJob, StartJob } from "./job.ts";

/** @throws FleetError `invalid_job` */
export function readJob(data: unknown): ExecutionJob {
	if (!isRecord(data) || typeof data.execution_id !== "string" || data.execution_id === "") {
		throw invalid("it names no execution");
	}
	const { kind, execution_id } = data;
	if (kind === "start") return readStart(data, execution_id);
	if (kind === "cancel") return { kind, execution_id };
	if (kind === "resume") return { kind, execution_id, reason: readReason(data.reason), ...readPriority(data) };
	throw invalid("its kind is unknown; a newer release may have written it");
}

/** Reads the text of a queued job, as joins keep them. @throws FleetError `invalid_job` */
export function readQueuedJob(text: string): QueuedJob {
	const value = parse(text);
	if (!isRecord(value) || typeof value.id !== "string" || typeof value.machine !== "string") {
		throw invalid("a join's text is no job");
	}
	return {
		id: value.id,
		machine: value.machine,
		job: readJob(value.job),
		requires: Array.isArray(value.requires) ? value.requires.filter((need) => typeof need === "string") : [],
		...readPriority(value),
	};
}

function readStart(data: Readonly<Record<string, unknown>>, execution_id: string): StartJob {
	const { config_hash, machine, file, input, parent_execution_id, depth, limits, join, trace } = data;
	if (typeof config_hash !== "string" || typeof machine !== "string") throw invalid("it names no machine");
	return {
		kind: "start",
		execution_id,
		config_hash,
		machine,
		file: typeof file === "string" ? file : null,
		input: isRecord(input) ? input : {},
		parent_execution_id: typeof parent_execution_id === "string" ? parent_execution_id : null,
		depth: typeof depth === "number" ? depth : 0,
		limits: isRecord(limits) ? readLimits(limits) : {},
		join: typeof join === "string" ? join : null,
		...(data.injected_hooks === true && { injected_hooks: true }),
		...(typeof trace === "string" && { trace }),
		...readPriority(data),
	};
}

function readPriority({ priority }: Readonly<Record<string, unknown>>): Pick<QueuedJob, "priority"> {
	return typeof priority === "number" && Number.isFinite(priority) ? { priority } : {};
}

function readReason(reason: unknown): ResumeJob["reason"] {
	return reason === "children" || reason === "signal" || reason === "time" ? reason : "repair";
}

function readLimits(limits: Readonly<Record<string, unknown>>): Partial<Limits> {
	const { max_depth } = limits;
	return {
		...numberOrNull(limits, "max_agent_calls"),
		...numberOrNull(limits, "max_cost"),
		...numberOrNull(limits, "max_tokens"),
		...numberOrNull(limits, "max_steps"),
		...(typeof max_depth === "number" && { max_depth }),
	};
}

function numberOrNull(limits: Readonly<Record<string, unknown>>, name: LimitName): Partial<Limits> {
	const { [name]: value } = limits;
	return typeof value === "number" || value === null ? { [name]: value } : {};
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new FleetError("invalid_job", "The job cannot be read: a join's text is no JSON.", { cause });
	}
}

function invalid(reason: string): FleetError {
	return new FleetError("invalid_job", `The job cannot be read: ${reason}.`);
}
