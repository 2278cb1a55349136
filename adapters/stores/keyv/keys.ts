/** Names of the rows in a Keyv: short, ASCII, and alike for nobody, whatever ids and channels have in them. */
import { createHash } from "node:crypto";

/** What Keyv puts a namespace before must not look like a namespace itself: no colon. */
const prefix = "flatstate";

/** The one row that decides about writes of several rows. */
export const redoKey = `${prefix}/redo`;
/** How many signals were sent. */
export const sentKey = `${prefix}/sent`;

export function headKey(executionId: string): string {
	return `${prefix}/head/${part(executionId)}`;
}

/** @param number of the record, from 1 */
export function recordKey(executionId: string, number: number): string {
	return `${prefix}/record/${part(executionId)}/${number}`;
}

/** Says in which record the checkpoint with this key is. */
export function checkpointRowKey(key: string): string {
	return `${prefix}/checkpoint/${part(key)}`;
}

export function resultKey(uri: string): string {
	return `${prefix}/result/${part(uri)}`;
}

export function signalKey(id: string): string {
	return `${prefix}/signal/${part(id)}`;
}

export function configKey(hash: string): string {
	return `${prefix}/config/${part(hash)}`;
}

/** A set of texts; its parts beyond what fits into one row have numbers. */
export function setKey(name: string, value: string, chunk?: number): string {
	const set = `${prefix}/set/${name}/${part(value)}`;
	return chunk === undefined ? set : `${set}/${chunk}`;
}

/** Some adapters have short keys, some do not tell upper from lower case: what is not plain is hashed. */
function part(text: string): string {
	return /^[a-z0-9_-]{1,64}$/.test(text) ? text : `~${createHash("sha256").update(JSON.stringify(text)).digest("hex")}`;
}
