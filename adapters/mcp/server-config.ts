/** Reads one entry of `mcp.servers`, with `${NAME}` replaced by variables of the environment (spec section 19.6). */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import { McpError } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

interface AnyServer {
	/** Its name in the document. */
	readonly name: string;
	/** Seconds for connecting and listing, and for one call. */
	readonly connectTimeout: number;
	readonly callTimeout: number;
	/** Values that must not be shown. */
	readonly secrets: readonly string[];
}

export interface StdioServer extends AnyServer {
	readonly kind: "stdio";
	readonly command: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
}

export interface HttpServer extends AnyServer {
	readonly kind: "http";
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
}

export type McpServer = StdioServer | HttpServer;

/** Seconds, where the document says nothing. */
const defaultConnectTimeout = 30;
const defaultCallTimeout = 300;
/** A timer of Node runs no longer. */
const longestTimeout = 2_000_000;

/** @throws McpError `mcp_config`, whose message has no value of the entry but its name */
export function readServer(name: string, entry: unknown, env: Environment): McpServer {
	const problem = (text: string) => new McpError("mcp_config", `MCP server "${name}": ${text}`);
	const used: string[] = [];
	const resolve = (key: string, text: string): string =>
		text.replace(/\$\{([A-Za-z_]\w*)\}/g, (_, variable: string) => {
			const value = env[variable];
			if (value === undefined) throw problem(`${key} needs the environment variable ${variable}, which is not set.`);
			used.push(value);
			return value;
		});
	const texts = (key: string): Record<string, string> => {
		const map = own(entry, key) ?? {};
		if (!isRecord(map)) throw problem(`${key} must be a map of texts.`);
		return Object.fromEntries(
			Object.entries(map).map(([field, value]) => {
				if (typeof value !== "string") throw problem(`${key}.${field} must be a text.`);
				return [field, resolve(`${key}.${field}`, value)];
			}),
		);
	};
	if (!isRecord(entry)) throw problem("its entry is no map.");
	const command = own(entry, "command");
	const address = own(entry, "server_url");
	const timeout = own(entry, "timeout");
	if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0)) {
		throw problem("timeout must be a number of seconds above 0.");
	}
	const seconds = typeof timeout === "number" ? Math.min(timeout, longestTimeout) : undefined;
	const times = { connectTimeout: seconds ?? defaultConnectTimeout, callTimeout: seconds ?? defaultCallTimeout };
	if ((command === undefined) === (address === undefined)) throw problem("it needs either `command` or `server_url`.");
	if (command !== undefined) {
		if (typeof command !== "string" || command === "") throw problem("command must be the name of a program.");
		const args = own(entry, "args") ?? [];
		if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
			throw problem("args must be a list of texts.");
		}
		const resolved = args.map((arg: string) => resolve("args", arg));
		const variables = texts("env");
		return {
			kind: "stdio",
			name,
			command,
			args: resolved,
			env: variables,
			secrets: [...used, ...Object.values(variables)],
			...times,
		};
	}
	if (typeof address !== "string") throw problem("server_url must be a text.");
	const resolved = resolve("server_url", address);
	const url = URL.canParse(resolved) ? new URL(resolved) : undefined;
	if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
		throw problem("server_url must be an address that begins with http:// or https://.");
	}
	if (url.username !== "" || url.password !== "") {
		throw problem("server_url must have no user or password: write them in `headers`.");
	}
	const headers = texts("headers");
	const credentials = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/).slice(1)]);
	const secrets = [...used, ...credentials, ...url.searchParams.values()];
	return { kind: "http", name, url, headers, secrets, ...times };
}
