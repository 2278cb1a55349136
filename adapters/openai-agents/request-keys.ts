/** Idempotency keys of the requests of one call. */
import { createHash } from "node:crypto";
import type { HeaderMap } from "../flatagent/rate-limits.ts";
import { headerText } from "../flatagent/request.ts";

/**
 * Keys by which a provider knows a request that is made again after a crash. A call makes several requests, and what a
 * model says the second time may differ: so the key is the call's, with the request's number and a digest of its body.
 */
export class RequestKeys {
	readonly #key: string | undefined;
	#count = 0;

	/** @param key of the call; absent: no keys */
	constructor(key: string | undefined) {
		this.#key = key;
	}

	headerFor(body: unknown): HeaderMap {
		if (this.#key === undefined || typeof body !== "string") return {};
		this.#count += 1;
		const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
		return { "idempotency-key": headerText(`${this.#key}/${this.#count}/${digest}`) };
	}
}
