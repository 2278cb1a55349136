/** The form in which a job of ours is one of BullMQ's, and what is read of one that was taken. */
import type { BulkJobOptions, JobJson } from "bullmq";
import { FleetError } from "../../runtime/fleet/errors.ts";
import type { QueuedJob } from "../../runtime/fleet/job.ts";

export interface BullJob {
	readonly name: string;
	/** The job as JSON within JSON: Postgres keeps data as `jsonb`, which takes no U+0000 and changes numbers. */
	readonly data: string;
	readonly opts: BulkJobOptions;
}

/** BullMQ takes whole numbers up to this. */
const lowestPriority = 2 ** 21 - 1;

/** @throws FleetError `invalid_job` for an id that is no text that can be written */
export function toBullJob(job: QueuedJob): BullJob {
	const { priority = 0, delayMs = 0 } = job;
	return {
		name: job.machine,
		data: JSON.stringify(job.job),
		opts: {
			jobId: toBullId(job.id),
			removeOnComplete: true,
			removeOnFail: true,
			...(priority > 0 ? { priority: Math.min(Math.ceil(priority), lowestPriority) } : {}),
			...(delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}),
		},
	};
}

/**
 * BullMQ takes no id with a colon or of digits alone, and on Redis an id such as `wait` would be the name of one of its
 * own keys.
 */
export function toBullId(id: string): string {
	try {
		return `j-${encodeURIComponent(id)}`;
	} catch (cause) {
		throw new FleetError("invalid_job", "A job's id has half of a surrogate pair, which cannot be written.", { cause });
	}
}

/** The id of ours; one that is not of our making stays as it is. */
export function fromBullId(id: string): string {
	try {
		return id.startsWith("j-") ? decodeURIComponent(id.slice(2)) : id;
	} catch {
		return id;
	}
}

/** The job's data for a handler, which reads them with `readJob`: undefined where they are no JSON. */
export function dataOf(json: JobJson): unknown {
	try {
		const text: unknown = JSON.parse(json.data);
		return typeof text === "string" ? JSON.parse(text) : undefined;
	} catch {
		return undefined;
	}
}

/** What a worker is answered that asks for a job. */
export interface Answer {
	/** Null: none is due. */
	readonly job: JobJson | null;
	/** Milliseconds since 1970 at which the next delayed job is due; 0: none is known of. */
	readonly nextAt: number;
}

export const nothing: Answer = { job: null, nextAt: 0 };

/** Reads BullMQ's answer: data of the job, its id, a limit that is not used here, and when the next one is due. */
export function readAnswer(answer: readonly unknown[] | undefined): Answer {
	if (answer === undefined) return nothing;
	const [json, id, , nextAt] = answer;
	if (isJobJson(json)) return { job: typeof id === "string" ? { ...json, id } : json, nextAt: 0 };
	return { job: null, nextAt: typeof nextAt === "number" && nextAt > 0 ? nextAt : 0 };
}

function isJobJson(value: unknown): value is JobJson {
	return (
		typeof value === "object" &&
		value !== null &&
		"name" in value &&
		typeof value.name === "string" &&
		"data" in value &&
		typeof value.data === "string" &&
		"opts" in value &&
		typeof value.opts === "object"
	);
}
