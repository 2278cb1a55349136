/** Tells whether a snapshot's file is the one that the log speaks of, or was replaced by something else since. */
import { hash } from "node:crypto";
import type { CheckpointMark } from "./log-lines.ts";

export function digestOf(bytes: Uint8Array): string {
	return hash("sha256", bytes, "base64url").slice(0, 22);
}

export function markOf(key: string, bytes: Uint8Array): CheckpointMark {
	return { key, size: bytes.length, digest: digestOf(bytes) };
}

export function isMarked(mark: CheckpointMark, bytes: Uint8Array): boolean {
	return mark.size === bytes.length && mark.digest === digestOf(bytes);
}
