/**
 * The state of a lock on the disk: the one sub-directory of the lock's folder, named by token and owner, in which the
 * owner keeps the files that are on their way. Whoever renames it has taken it, and the files of the last owner with it.
 */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import { type ProcessIdentity, readIdentity } from "../../../runtime/store/owner.ts";
import { encodeName } from "./layout.ts";

export interface LeaseState {
	/** Name of the directory. */
	readonly name: string;
	readonly token: number;
	/** The owner's encoded name; null = nobody. */
	readonly owner: string | null;
	/** How often the lease was renewed after its time was over. */
	readonly revivals: number;
}

/** What an owner says of itself, in a file beside the directory that is there before the lease is taken. */
export interface OwnerRecord extends LeaseHolder {
	readonly process: ProcessIdentity | undefined;
}

const statePattern = /^(\d{16})~(?:free|=([\w%-]+)~(\d+))$/;

export function freeName(token: number): string {
	return `${padded(token)}~free`;
}

export function heldName(token: number, owner: string, revivals: number): string {
	return `${padded(token)}~=${encodeName(owner)}~${revivals}`;
}

export function ownerFile(owner: string): string {
	return `owner.${owner}.json`;
}

/** The newest state among the names in a lock's folder; while it is renamed, two or none may be seen. */
export function newestState(names: readonly string[]): LeaseState | undefined {
	const newest = names
		.filter((name) => statePattern.test(name))
		.sort()
		.at(-1);
	const [, token, owner, revivals] = statePattern.exec(newest ?? "") ?? [];
	if (newest === undefined || token === undefined) return undefined;
	return { name: newest, token: Number(token), owner: owner ?? null, revivals: Number(revivals ?? 0) };
}

/** @returns undefined for a file that is missing or was not written by a store */
export function readOwner(text: string | null): OwnerRecord | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text ?? "null");
	} catch {
		return undefined;
	}
	if (!isRecord(value)) return undefined;
	const { owner, label, acquiredAt, expiresAt } = value;
	if (typeof owner !== "string" || typeof label !== "string" || typeof acquiredAt !== "number") return undefined;
	if (typeof expiresAt !== "number") return undefined;
	return { owner, label, acquiredAt, expiresAt, process: readIdentity(value.process) };
}

function padded(token: number): string {
	return String(token).padStart(16, "0");
}
