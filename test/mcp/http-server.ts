/** An MCP server over streamable HTTP on 127.0.0.1 for tests, written with the SDK, which counts its sessions. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";

export interface HttpTestServer extends AsyncDisposable {
	readonly url: string;
	/** Headers of each request. */
	readonly requests: readonly IncomingHttpHeaders[];
	/** `open` and `close` of each session, in order. */
	readonly sessions: readonly string[];
}

/** @param answer takes requests in place of the server, and says whether it did */
export async function startHttpServer(
	answer: (
		path: string,
		respond: (status: number, body: string, headers?: Record<string, string>) => void,
	) => boolean = () => false,
): Promise<HttpTestServer> {
	const requests: IncomingHttpHeaders[] = [];
	const sessions: string[] = [];
	const transports = new Map<string, StreamableHTTPServerTransport>();
	const server = createServer(async (request, response) => {
		requests.push(request.headers);
		const taken = answer(request.url ?? "", (status, body, headers = {}) => {
			response.writeHead(status, headers).end(body);
		});
		if (taken) return;
		const id = request.headers["mcp-session-id"];
		const known = typeof id === "string" ? transports.get(id) : undefined;
		await (known ?? (await openSession())).handleRequest(request, response);
	});

	async function openSession(): Promise<StreamableHTTPServerTransport> {
		const transport = new StreamableHTTPServerTransport({
			sessionIdGenerator: randomUUID,
			onsessioninitialized: (session) => {
				sessions.push("open");
				transports.set(session, transport);
			},
			onsessionclosed: () => {
				sessions.push("close");
			},
		});
		const mcp = new McpServer({ name: "http", version: "1.0.0" });
		mcp.registerTool("shout", { description: "Shouts.", inputSchema: { text: z.string() } }, ({ text }) => ({
			content: [{ type: "text", text: text.toUpperCase() }],
		}));
		await mcp.connect(transport);
		return transport;
	}

	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	return {
		url: `http://127.0.0.1:${port}/mcp`,
		requests,
		sessions,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
