/** Who runs a machine's children and launches: what the caller gives, else what `settings.backends.work` asks for. */
import { own, ownRecord } from "../compiler/document/plain-data.ts";
import type { MachinePlan } from "../compiler/plan/plan.ts";
import { FleetError } from "../runtime/fleet/errors.ts";
import { defaultWindow, type MachineInvoker, type QueueInvoker } from "../runtime/fleet/invoker.ts";
import type { JobQueue } from "../runtime/fleet/job-queue.ts";
import { parseStoreUrl } from "./open-store.ts";

/** A queue whose workers run children and launches. */
export interface QueueChoice {
	readonly queue: JobQueue;
	/** Children of one parent in the queue at a time. Default 500. */
	readonly window?: number;
	/** Of the children's jobs and their own children's: lower ones first. Default: before all that have one. */
	readonly priority?: number;
}

/** An invoker, a fleet's queue, or `inline`: the process of the run itself, whatever the document asks for. */
export type InvokerChoice = MachineInvoker | QueueChoice | "inline";

/** @returns undefined for `inline` */
export function invokerOf(choice: InvokerChoice): MachineInvoker | undefined {
	if (choice === "inline") return undefined;
	return "kind" in choice ? choice : queueInvoker(choice);
}

export function queueInvoker({ queue, window = defaultWindow, priority }: QueueChoice): QueueInvoker {
	return { kind: "queue", queue, window, ...(priority !== undefined && { priority }) };
}

/** Environment variables with the addresses. */
const variables = { redis: "REDIS_URL", postgres: "POSTGRES_URL" } as const;

/**
 * The address of the queue that a document asks for with `settings.backends.work`; undefined where it asks for none.
 * @param store address of the execution's store, which serves where it is of that kind
 * @throws FleetError `invalid_queue_url` for another kind, or where the address is given nowhere
 */
export function workAddressOf(
	{ settings }: MachinePlan,
	store: string | undefined,
	environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
	const work = own(ownRecord(settings.raw, "backends"), "work") ?? "memory";
	if (work === "memory") return undefined;
	if (work !== "redis" && work !== "postgres") {
		throw new FleetError(
			"invalid_queue_url",
			`\`settings.backends.work\` is \`redis\`, \`postgres\` or \`memory\`, not \`${JSON.stringify(work)}\`.`,
		);
	}
	if (store !== undefined && parseStoreUrl(store).kind === work) return store;
	const address = environment[variables[work]];
	if (address !== undefined && address !== "") return address;
	throw new FleetError(
		"invalid_queue_url",
		`\`settings.backends.work: ${work}\` takes its address from the store, where that is of this kind, or from the environment variable ${variables[work]}, which is not set.`,
	);
}
