/** Addresses of Redis stores, and how their passwords are kept out of names and errors. */
import { StoreError } from "../../../runtime/store/errors.ts";
import { defaultPrefix } from "./keys.ts";

export interface RedisAddress {
	/** As the client takes it, with the password. */
	readonly url: string;
	/** For people: no password. */
	readonly name: string;
	/** What all keys of the store begin with. */
	readonly prefix: string;
	/** What must never be shown. */
	readonly secrets: readonly string[];
}

/**
 * Takes `redis://` and `rediss://` addresses with one parameter of our own, which wins over the option: `prefix=NAME`.
 * @throws StoreError `invalid_store_url` for anything else; the message repeats nothing of it
 */
export function parseAddress(text: string, options: { readonly prefix?: string } = {}): RedisAddress {
	// The error of `new URL` has the whole address in it.
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || (url.protocol !== "redis:" && url.protocol !== "rediss:")) {
		throw invalid("it does not have the form redis://[user:password@]host[:port][/database], or rediss:// for TLS");
	}
	if (!/^\/?\d*$/.test(url.pathname)) throw invalid("what follows the host is not the number of a database");
	for (const name of url.searchParams.keys()) {
		if (name !== "prefix") throw invalid("it has the parameter `prefix` only");
	}
	const prefix = url.searchParams.get("prefix") ?? options.prefix ?? defaultPrefix;
	const secrets = secretsOf(url.password);
	const shown = new URL(url);
	shown.password = "";
	shown.hash = "";
	shown.search = prefix === defaultPrefix ? "" : `?${new URLSearchParams({ prefix })}`;
	const client = new URL(url);
	client.search = "";
	return { url: client.href, name: shown.href, prefix, secrets };
}

/**
 * An error without the secrets, for `cause`: servers repeat the arguments of commands that they do not know, AUTH's too.
 * What has none of them stays as it is.
 */
export function redacted(error: unknown, secrets: readonly string[]): Error {
	const original = error instanceof Error ? error : new Error(String(error));
	const shown = `${original.message}\n${original.stack ?? ""}`;
	if (!secrets.some((secret) => shown.includes(secret))) return original;
	return new Error(withoutSecrets(original.message, secrets));
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

function secretsOf(password: string): string[] {
	if (password === "") return [];
	try {
		return [...new Set([password, decodeURIComponent(password)])];
	} catch {
		throw invalid("its password has a `%` that is not followed by two hexadecimal digits; write `%25` for a `%`");
	}
}

function invalid(problem: string): StoreError {
	return new StoreError("invalid_store_url", `Invalid address of a Redis store: ${problem}.`);
}
