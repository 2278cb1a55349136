/** The gates of this process: one for each provider's address and key. */
import { createHash } from "node:crypto";
import { RateGate, type RateGateOptions } from "./rate-gate.ts";

/** Where a provider is reached, and as whom. */
export interface LimitedEndpoint {
	readonly baseUrl: string;
	readonly apiKey: string | null;
}

/** Stands for an address and a key, of which it says nothing. */
export function digestOf({ baseUrl, apiKey }: LimitedEndpoint): string {
	return createHash("sha256")
		.update(JSON.stringify([baseUrl, apiKey]))
		.digest("hex");
}

/** Gates by address and key. Agents that are given the same object share what they learn of limits. */
export class RateGates {
	readonly #gates = new Map<string, RateGate>();
	readonly #ofClients = new WeakMap<object, RateGate>();
	readonly #options: RateGateOptions | undefined;

	constructor(options?: RateGateOptions) {
		this.#options = options;
	}

	/** The gate of an endpoint; keys are kept as digests only. */
	of(endpoint: LimitedEndpoint): RateGate {
		const key = digestOf(endpoint);
		const gate = this.#gates.get(key) ?? new RateGate(this.#options);
		this.#gates.set(key, gate);
		return gate;
	}

	/** The gate of a client that was given in place of one of ours: where it calls is not known. */
	ofClient(client: object): RateGate {
		const gate = this.#ofClients.get(client) ?? new RateGate(this.#options);
		this.#ofClients.set(client, gate);
		return gate;
	}
}

/** What all agents use that are given no other. */
export const sharedGates = new RateGates();
