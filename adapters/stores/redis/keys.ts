/** Names of keys in Redis, and the form in which Keyv keeps a value. */
import { StoreError } from "../../../runtime/store/errors.ts";

/** Of a store that is given no other. */
export const defaultPrefix = "flatstate";

/**
 * What all keys of a store begin with, before a colon. The braces are a hash tag: Redis Cluster keeps all keys of one
 * store in one slot, so that one script can change them together. Stores with different prefixes may be on different nodes.
 * @throws StoreError `invalid_store_url` for a prefix that would not be a hash tag
 */
export function hashTag(prefix: string): string {
	if (!/^[^{}\0-\x20\x7f]{1,100}$/.test(prefix)) {
		throw new StoreError(
			"invalid_store_url",
			"Invalid prefix of a Redis store: expected 1 to 100 characters without blanks and braces, " +
				`got ${JSON.stringify(prefix.slice(0, 120))}.`,
		);
	}
	return `{${prefix}}`;
}

/** The namespace with which a plain `new Keyv({ store: new KeyvRedis(url), namespace })` reads checkpoints by their keys. */
export function checkpointNamespace(prefix: string): string {
	return `${hashTag(prefix)}:checkpoints`;
}

/** The same for stored configurations, by their hashes. */
export function configNamespace(prefix: string): string {
	return `${hashTag(prefix)}:configs`;
}

/** The channel on which a result's address is announced once it is written. */
export function resultChannel(tag: string, id: string, path: string): string {
	return `${tag}:result:${id}/${path}`;
}

/** The channel on which the channels of sent signals are announced. */
export function signalChannel(tag: string): string {
	return `${tag}:signals`;
}
