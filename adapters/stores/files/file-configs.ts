/** Configurations under `_configs/<hash>.yml` (spec section 13.5). */
import { type ConfigStore, configHash } from "../../../runtime/store/config-store.ts";
import type { Access } from "./access.ts";
import type { Disk } from "./disk.ts";
import type { Layout } from "./layout.ts";

export class FileConfigs implements ConfigStore {
	readonly #disk: Disk;
	readonly #layout: Layout;
	readonly #access: Access;

	constructor(disk: Disk, layout: Layout, access: Access) {
		this.#disk = disk;
		this.#layout = layout;
		this.#access = access;
	}

	put(text: string): Promise<string> {
		return this.#access("write", () => {
			const hash = configHash(text);
			const { configs } = this.#layout;
			const path = `${configs}/${hash}.yml`;
			if (this.#disk.operations.stat(path)?.kind === "file") return hash;
			const temporary = `${configs}/.${hash}.${process.pid}-${process.hrtime.bigint()}.tmp`;
			this.#disk.makeDirectory(configs);
			this.#disk.within(configs, () => this.#disk.create(temporary, Buffer.from(text, "utf8")));
			this.#disk.operations.rename(temporary, path);
			this.#disk.syncDirectory(configs);
			return hash;
		});
	}

	get(hash: string): Promise<string | null> {
		return this.#access("read", () => {
			const path = this.#pathOf(hash);
			const text = path === undefined ? null : this.#disk.readText(path);
			// A file that was cut off or changed is not what was asked for.
			return text !== null && configHash(text) === hash ? text : null;
		});
	}

	delete(hash: string): Promise<void> {
		return this.#access("write", () => {
			const path = this.#pathOf(hash);
			if (path !== undefined) this.#disk.remove(path);
		});
	}

	#pathOf(hash: string): string | undefined {
		return /^[0-9a-f]{64}$/.test(hash) ? `${this.#layout.configs}/${hash}.yml` : undefined;
	}
}
