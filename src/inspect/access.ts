/** Who may talk to the inspector's server: this machine's own pages and programs, with the token. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Access {
	readonly port: number;
	readonly token: string;
}

export type Refusal = { readonly status: 403 | 404 | 405 | 421 | 503; readonly reason: string };

/**
 * Checks that a request means this server. A page of another site may reach 127.0.0.1 under a name of its own, and then
 * names that as the host.
 */
export function refuseHost({ headers }: IncomingMessage, { port }: Access): Refusal | undefined {
	if (hostsOf(port).includes(headers.host ?? "")) return undefined;
	return { status: 421, reason: `This server answers to 127.0.0.1:${port} and localhost:${port} only.` };
}

/** Programs send no origin; pages of other sites send theirs. */
export function refuseOrigin({ headers }: IncomingMessage, { port }: Access): Refusal | undefined {
	const { origin } = headers;
	if (origin === undefined || hostsOf(port).some((host) => origin === `http://${host}`)) return undefined;
	return { status: 403, reason: "Pages of other sites may not talk to this server." };
}

export function refuseToken(url: URL, { token }: Access): Refusal | undefined {
	const given = Buffer.from(url.searchParams.get("token") ?? "");
	const wanted = Buffer.from(token);
	if (given.length === wanted.length && timingSafeEqual(given, wanted)) return undefined;
	return { status: 403, reason: "The token is missing or wrong: open the whole address that flatstate has printed." };
}

function hostsOf(port: number): readonly string[] {
	return [`127.0.0.1:${port}`, `localhost:${port}`];
}
