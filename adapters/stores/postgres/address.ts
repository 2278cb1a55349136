/** The address of a Postgres store: checked, without its password for people, and with its parameters for us taken out. */
import { StoreError } from "../../../runtime/store/errors.ts";

export interface PostgresAddress {
	/** For the driver; with the password. */
	readonly connectionString: string;
	/** For people; without. */
	readonly name: string;
	/** A plain lower-case name, so that programs that do not quote it (Keyv) find it, too. */
	readonly schema: string;
	readonly powerLoss: boolean;
}

export interface AddressOptions {
	readonly schema?: string;
	readonly powerLoss?: boolean;
}

const schemaPattern = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Takes `postgres://` and `postgresql://` addresses with what the `pg` driver knows (`sslmode`, `host`, …) and two
 * parameters of our own, which win over the options: `schema=NAME` and `durability=power|process`.
 * @throws StoreError `invalid_store_url`; the message never has the address
 */
export function parseAddress(text: string, options: AddressOptions): PostgresAddress {
	const [, authority = "", rest = ""] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
	if (!/^postgres(?:ql)?:\/\//.test(text)) throw invalid("it does not begin with postgres://");
	// A password with one of these characters would be cut in two, and its second half taken for something to show.
	if (/[@#]/.test(rest)) throw invalid("write `@`, `/`, `?` and `#` within a password as %40, %2F, %3F and %23");
	let url: URL;
	try {
		// The driver takes a user without a host, which URLs do not know.
		url = new URL(`postgres://${authority.replace(/@$/, "@localhost")}${rest}`);
	} catch {
		// The error of URL has the address, so it is no cause to hand on.
		throw invalid("it is no URL");
	}
	const own = new URLSearchParams(url.search);
	const schema = own.get("schema") ?? options.schema ?? "public";
	const durability = own.get("durability");
	if (durability !== null && durability !== "power" && durability !== "process") {
		throw invalid("`durability` is `power` or `process`");
	}
	if (!schemaPattern.test(schema) || schema.startsWith("pg_")) {
		throw invalid(
			"a schema's name has 1 to 63 lower-case letters, digits and underscores, does not begin with a digit or `pg_`",
		);
	}
	own.delete("schema");
	own.delete("durability");
	const query = own.size > 0 ? `?${own}` : "";
	return {
		connectionString: `postgres://${authority}${rest.replace(/\?.*$/s, "")}${query}`,
		name: nameOf(url, own, schema),
		schema,
		powerLoss: durability === null ? (options.powerLoss ?? true) : durability === "power",
	};
}

/** The address with one more setting that the server applies to every connection. */
export function withServerSetting(connectionString: string, setting: string): string {
	const [base = "", query = ""] = connectionString.split("?");
	const parameters = new URLSearchParams(query);
	const earlier = parameters.get("options");
	parameters.set("options", `${earlier === null ? "" : `${earlier} `}-c ${setting}`);
	return `${base}?${parameters}`;
}

function nameOf(url: URL, parameters: URLSearchParams, schema: string): string {
	const user = parameters.get("user") ?? decodeURIComponent(url.username);
	const host = parameters.get("host") ?? decodeURIComponent(url.hostname);
	const port = parameters.get("port") ?? url.port;
	const where = `${user === "" ? "" : `${user}@`}${host}${port === "" ? "" : `:${port}`}`;
	return `postgres://${where}${url.pathname}${schema === "public" ? "" : `?schema=${schema}`}`;
}

function invalid(problem: string): StoreError {
	return new StoreError(
		"invalid_store_url",
		`Invalid address of a Postgres store: ${problem}. Expected postgres://USER:PASSWORD@HOST:PORT/DATABASE.`,
	);
}
