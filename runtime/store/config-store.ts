/** The port to stored machine configurations, addressed by their content (spec section 13.5). */
import { createHash } from "node:crypto";

export interface ConfigStore {
	/** Stores a text once. @returns its SHA-256 in hex */
	put(text: string): Promise<string>;
	get(hash: string): Promise<string | null>;
	delete(hash: string): Promise<void>;
}

/** The address of a text: SHA-256 of its UTF-8 bytes, in hex. */
export function configHash(text: string): string {
	return createHash("sha256").update(text, "utf8").digest("hex");
}
