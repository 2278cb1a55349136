/** Who a process is, so that a lease of a process that was killed can be taken over at once. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isRecord } from "../../compiler/document/plain-data.ts";

/** A process, told apart from every other that may have had its number. */
export interface ProcessIdentity {
	readonly host: string;
	/** Boot of the machine and namespace of process numbers; the platform's name where there is neither. */
	readonly space: string;
	readonly pid: number;
	/** When the process started, in ticks since boot; null where the system does not tell. */
	readonly started: number | null;
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownIdentity(): ProcessIdentity {
	own ??= { host: hostname(), space: readSpace(), pid: process.pid, started: startOf(process.pid) };
	return own;
}

/** For people. */
export function describeProcess({ host, pid }: ProcessIdentity): string {
	return `process ${pid} on host ${host}`;
}

/** Whether the process has certainly ended. A process of another machine is never known to have. */
export function isDead(identity: ProcessIdentity): boolean {
	const { host, space, pid, started } = identity;
	const self = ownIdentity();
	if (host !== self.host || space !== self.space) return false;
	if (pid === self.pid && started === self.started) return false;
	try {
		process.kill(pid, 0);
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "ESRCH";
	}
	const now = startOf(pid);
	return now !== null && started !== null && now !== started;
}

/** The identity that a lease's row keeps as JSON text; undefined for one that somebody else wrote. */
export function readIdentity(value: unknown): ProcessIdentity | undefined {
	if (!isRecord(value)) return undefined;
	const { host, space, pid, started } = value;
	if (typeof host !== "string" || typeof space !== "string" || typeof pid !== "number") return undefined;
	return { host, space, pid, started: typeof started === "number" ? started : null };
}

/** Whether the process that a lease's row names, as JSON text, has certainly ended; not where somebody else wrote the row. */
export function isDeadOwner(json: unknown): boolean {
	try {
		const identity = readIdentity(JSON.parse(String(json)));
		return identity !== undefined && isDead(identity);
	} catch {
		return false;
	}
}

function readSpace(): string {
	try {
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
		return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
	} catch {
		return process.platform;
	}
}

/** Field 22 of `/proc/<pid>/stat`; a zombie counts as ended. The command's name before it may hold anything, parentheses too. */
function startOf(pid: number): number | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		if (fields[0] === "Z" || fields[0] === "X") return -1;
		const started = Number(fields[19]);
		return Number.isFinite(started) ? started : null;
	} catch {
		return null;
	}
}
