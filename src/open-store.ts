/** Opens a store by its address. The driver of a kind of store is loaded when such a store is opened, not before. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean } from "../compiler/diagnostics/suggest.ts";
import { StoreError } from "../runtime/store/errors.ts";
import type { Store, StoreOptions } from "../runtime/store/store.ts";

export interface OpenStoreOptions extends StoreOptions {
	/**
	 * Whether what is stored must survive that the machine loses power, for the stores that have the choice: `file:`,
	 * `sqlite:` and `postgres:`. `?durability=` of the address wins. Default: the store's own.
	 */
	readonly powerLoss?: boolean;
}

/** An address of a store, taken apart. */
export type StoreAddress =
	| { readonly kind: "memory" }
	| {
			readonly kind: "file" | "sqlite";
			/** Absolute. */
			readonly path: string;
			/** Undefined: the address leaves it open. */
			readonly powerLoss: boolean | undefined;
	  }
	| {
			readonly kind: "redis" | "postgres";
			/** As it was given, with its password. */
			readonly url: string;
	  };

/** Every form of an address, for messages and help. */
export const storeForms = "memory:, file:DIR, sqlite:FILE, redis://HOST:PORT/DB, postgres://USER@HOST/DATABASE";

/**
 * Opens the store at `memory:`, `file:DIR`, `sqlite:FILE`, `redis://…` (`rediss://…`) or `postgres://…`
 * (`postgresql://…`). Relative paths start at the working directory. `file:`, `sqlite:` and `postgres:` take
 * `?durability=power` (survives a loss of power) and `?durability=process` (survives SIGKILL). `redis:` takes
 * `?prefix=NAME`, `postgres:` `?schema=NAME`: several stores on one server.
 * @throws StoreError `invalid_store_url` for any other address; `store_driver_missing`, `store_unreachable`,
 * `store_version` or `store_corrupt` where the store cannot be opened
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<Store> {
	const address = parseStoreUrl(url);
	const { powerLoss: wanted, ...common } = options;
	switch (address.kind) {
		case "memory": {
			const { openMemoryStore } = await import("../adapters/stores/memory/index.ts");
			return openMemoryStore(common);
		}
		case "file": {
			const { openFileStore } = await import("../adapters/stores/files/index.ts");
			return openFileStore(address.path, { ...common, ...durability(address.powerLoss ?? wanted) });
		}
		case "sqlite": {
			const { openSqliteStore } = await import("../adapters/stores/sqlite/index.ts");
			return openSqliteStore(address.path, { ...common, ...durability(address.powerLoss ?? wanted) });
		}
		case "redis": {
			const { openRedisStore } = await import("../adapters/stores/redis/index.ts");
			return openRedisStore(address.url, common);
		}
		case "postgres": {
			const { openPostgresStore } = await import("../adapters/stores/postgres/index.ts");
			return openPostgresStore(address.url, { ...common, ...durability(wanted) });
		}
	}
}

/**
 * Takes an address apart without opening anything.
 * @throws StoreError `invalid_store_url`; the message never has a password
 */
export function parseStoreUrl(url: string): StoreAddress {
	const [, scheme = "", rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s.exec(url.trim()) ?? [];
	switch (scheme.toLowerCase()) {
		case "memory":
			if (rest.replace(/^\/\//, "") !== "") throw invalid("`memory:` takes no path and no parameters");
			return { kind: "memory" };
		case "file":
			return { kind: "file", ...parsePath("file", rest) };
		case "sqlite":
			return { kind: "sqlite", ...parsePath("sqlite", rest) };
		case "redis":
		case "rediss":
			// A driver's own error about an address that is none would show its password.
			if (!rest.startsWith("//") || !URL.canParse(url.trim())) throw invalid(`a \`${scheme}:\` address is not a URL`);
			if (new URL(url.trim()).searchParams.has("durability")) {
				throw invalid(
					"how durable a Redis store is, is set on the server (`appendonly`, `appendfsync`), not in the address",
				);
			}
			return { kind: "redis", url: url.trim() };
		case "postgres":
		case "postgresql":
			if (!rest.startsWith("//")) throw invalid(`\`${scheme}:\` is not followed by \`//\``);
			return { kind: "postgres", url: url.trim() };
		default:
			throw unknownForm(url.trim(), scheme);
	}
}

function durability(powerLoss: boolean | undefined): { readonly powerLoss?: boolean } {
	return powerLoss === undefined ? {} : { powerLoss };
}

function parsePath(scheme: string, rest: string): { path: string; powerLoss: boolean | undefined } {
	const at = rest.indexOf("?");
	const written = at < 0 ? rest : rest.slice(0, at);
	const powerLoss = at < 0 ? undefined : parseDurability(scheme, rest.slice(at + 1));
	const path = written.startsWith("//") ? pathOfUrl(scheme, written) : written;
	if (path === "") throw invalid(`\`${scheme}:\` is not followed by a path`);
	if (path === ":memory:") throw invalid(`for a store in the memory of this process, write \`memory:\``);
	return { path: resolve(path), powerLoss };
}

/** `//` begins a URL: its path is absolute and may be escaped with `%`. */
function pathOfUrl(scheme: string, written: string): string {
	try {
		return fileURLToPath(`file:${written}`);
	} catch {
		// Node's error has the address in it, and whatever stands for a host there.
		throw invalid(
			`what follows \`${scheme}://\` is no path; write \`${scheme}:///PATH\` for an absolute one, \`${scheme}:PATH\` for a relative one`,
		);
	}
}

function parseDurability(scheme: string, query: string): boolean | undefined {
	const parameters = new URLSearchParams(query);
	for (const name of parameters.keys()) {
		if (name !== "durability") throw invalid(`\`${scheme}:\` has the parameter \`durability\` only`);
	}
	const value = parameters.get("durability");
	if (value === null) return undefined;
	if (value !== "power" && value !== "process") throw invalid("`durability` is `power` or `process`");
	return value === "power";
}

const schemes = ["memory", "file", "sqlite", "redis", "rediss", "postgres", "postgresql"];

/** Says of a path, a misspelt scheme or another program's address what was likely meant. */
function unknownForm(url: string, scheme: string): StoreError {
	if (url === "") return invalid("it is empty");
	if (scheme !== "") {
		const hint = didYouMean(scheme, schemes);
		return invalid(`\`${scheme}:\` is no kind of store${hint === undefined ? "" : `; ${hint.replace("`?", ":`?")}`}`);
	}
	const name = schemes.find((known) => known === url.toLowerCase());
	if (name !== undefined) return invalid(`\`${name}\` is not followed by a colon`);
	// What has an `@` may be an address with a password in it.
	const path = /[@?]/.test(url) || url.length > 200 ? "PATH" : url;
	const kind = /\.(?:db|sqlite3?|db3)$/i.test(url) ? "sqlite" : "file";
	return invalid(`it begins with no kind of store; did you mean \`${kind}:${path}\`?`);
}

function invalid(problem: string): StoreError {
	const end = problem.endsWith("?") ? "" : ".";
	return new StoreError("invalid_store_url", `Invalid address of a store: ${problem}${end} Expected ${storeForms}.`);
}
