/**
 * The server on 127.0.0.1 that a browser looks at a run through: the page's files over HTTP, the run over WebSockets.
 * Every WebSocket needs the token, and no page of another site gets one.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { FlatstateError } from "../../runtime/errors.ts";
import { type Access, type Refusal, refuseHost, refuseOrigin, refuseToken } from "./access.ts";
import { type Endpoint, serveConnection } from "./client-connection.ts";
import { pageFolder, readPageFile } from "./page-files.ts";

/** A page that is made by the server. */
export interface MadePage {
	readonly html: string;
	readonly contentSecurityPolicy: string;
}

export interface LocalServerOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** By path, e.g. `/socket`. */
	readonly endpoints: Readonly<Record<string, Endpoint>>;
	/** By path; the token is asked for. */
	readonly pages?: Readonly<Record<string, (access: Access) => MadePage>>;
	/** Folder of the page's files. Default: those that come with this package. */
	readonly folder?: string;
	/** Default: 256 random bits. */
	readonly token?: string;
	/** WebSockets at a time. Default 16. */
	readonly mostClients?: number;
	/** Bytes that may wait for clients that do not read. Default 256 MiB. */
	readonly maxWaiting?: number;
}

export interface LocalServer extends AsyncDisposable {
	readonly port: number;
	readonly token: string;
	/** The page's address, with the token. */
	readonly url: string;
	/** The address of another page or endpoint, with the token. */
	urlOf(path: string, protocol?: "http" | "ws"): string;
	/** Ends all connections and stops listening. */
	close(): Promise<void>;
}

/** The server cannot listen. */
export class InspectorError extends FlatstateError {
	constructor(port: number, cause: unknown) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		super("inspector_port", `The inspector cannot listen on port ${port}: ${reason}. Choose another port, or none.`, {
			cause,
		});
	}
}

/** Bytes of one message from a browser. */
const maxMessage = 1024 * 1024;

/**
 * Starts the server.
 * @throws InspectorError where the port cannot be listened on
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
	const { port: wanted = 0, endpoints, pages = {}, folder = pageFolder() } = options;
	const { mostClients = 16, maxWaiting = 256 * 1024 * 1024 } = options;
	const token = options.token ?? randomBytes(32).toString("base64url");
	const server = createServer();
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error) => reject(new InspectorError(wanted, error)));
		server.listen(wanted, "127.0.0.1", resolve);
	});
	const address = server.address();
	const port = typeof address === "object" && address !== null ? address.port : wanted;
	const access: Access = { port, token };
	const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false });

	server.on("request", (request, response) => {
		answer(request, response, access, pages, folder).catch(() => {
			// What stands in an error is no business of a browser's.
			if (!response.headersSent) response.writeHead(500);
			response.end();
		});
	});
	server.on("upgrade", (request, socket, head) => {
		const url = urlOf(request, port);
		const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined;
		const refusal =
			refuseHost(request, access) ??
			refuseOrigin(request, access) ??
			refuseToken(url, access) ??
			(endpoint ? undefined : notFound) ??
			(sockets.clients.size < mostClients ? undefined : tooMany);
		socket.on("error", () => socket.destroy());
		if (refusal || !endpoint) refuseUpgrade(socket, refusal ?? notFound);
		else {
			sockets.handleUpgrade(request, socket, head, (accepted) =>
				serveConnection(accepted, endpoint, sockets.clients, maxWaiting),
			);
		}
	});

	let closing: Promise<void> | undefined;
	const close = (): Promise<void> => {
		closing ??= new Promise((resolve) => {
			for (const client of sockets.clients) client.close(1001, "The inspector has ended.");
			sockets.close();
			server.close(() => resolve());
			server.closeIdleConnections();
			// A browser that does not answer to the goodbye must not keep the process.
			const goodbye = setTimeout(() => {
				for (const client of sockets.clients) client.terminate();
				server.closeAllConnections();
			}, goodbyeMilliseconds);
			server.once("close", () => clearTimeout(goodbye));
		});
		return closing;
	};
	const url = (path: string, protocol: "http" | "ws" = "http") =>
		`${protocol}://127.0.0.1:${port}${path}?token=${token}`;
	return { port, token, url: url("/"), urlOf: url, close, [Symbol.asyncDispose]: close };
}

const goodbyeMilliseconds = 500;
const tooMany: Refusal = { status: 503, reason: "Too many pages look at this run: close one." };
const notFound: Refusal = { status: 404, reason: "There is nothing here." };

function urlOf(request: IncomingMessage, port: number): URL {
	// Not relative to it: `//host/` would be another host's.
	const url = `http://127.0.0.1:${port}${request.url ?? "/"}`;
	return URL.canParse(url) ? new URL(url) : new URL(`http://127.0.0.1:${port}/`);
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	access: Access,
	pages: Readonly<Record<string, (access: Access) => MadePage>>,
	folder: string,
): Promise<void> {
	const url = urlOf(request, access.port);
	const { pathname } = url;
	const isPage = pathname === "/" || Object.hasOwn(pages, pathname);
	const refusal =
		refuseHost(request, access) ??
		refuseOrigin(request, access) ??
		(request.method === "GET" || request.method === "HEAD" ? undefined : wrongMethod) ??
		(isPage ? refuseToken(url, access) : undefined);
	if (refusal) return refuse(response, refusal);
	const made = Object.hasOwn(pages, pathname) ? pages[pathname]?.(access) : undefined;
	if (made) {
		send(response, Buffer.from(made.html), "text/html; charset=utf-8", made.contentSecurityPolicy);
		return;
	}
	const file = await readPageFile(folder, pathname);
	if (file) send(response, file.content, file.type, pagePolicy(access));
	else if (pathname === "/") refuse(response, notBuilt);
	else refuse(response, notFound);
}

const wrongMethod: Refusal = { status: 405, reason: "Only GET." };
const notBuilt: Refusal = {
	status: 404,
	reason: "The inspector's page is not in this installation: build it with `npm run build`.",
};

/** Nothing from elsewhere, no inline script, no frame around the page. */
function pagePolicy({ port }: Access): string {
	return [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		`connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	].join("; ");
}

function send(response: ServerResponse, content: Buffer, type: string, policy: string): void {
	response.writeHead(200, {
		"content-type": type,
		"content-length": content.byteLength,
		"content-security-policy": policy,
		...everywhere,
	});
	response.end(content);
}

const everywhere = {
	"cache-control": "no-store",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
};

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
	response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...everywhere });
	response.end(`${reason}\n`);
}

function refuseUpgrade(socket: Duplex, { status, reason }: Refusal): void {
	socket.end(
		`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
	);
}
