/** Stored configurations in the memory of this process. */
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";

export class MemoryConfigs implements ConfigStore {
	readonly #texts = new Map<string, string>();
	readonly #checkOpen: () => void;

	/** @param checkOpen throws where the store is closed */
	constructor(checkOpen: () => void) {
		this.#checkOpen = checkOpen;
	}

	async put(text: string): Promise<string> {
		this.#checkOpen();
		const hash = configHash(text);
		this.#texts.set(hash, text);
		return hash;
	}

	async get(hash: string): Promise<string | null> {
		this.#checkOpen();
		return this.#texts.get(hash) ?? null;
	}

	async delete(hash: string): Promise<void> {
		this.#checkOpen();
		this.#texts.delete(hash);
	}
}
