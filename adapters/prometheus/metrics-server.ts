/** Serves metrics to Prometheus at `/metrics`. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { Logger } from "../../runtime/logging/logger.ts";

export interface MetricsServerOptions {
	/** Default: 127.0.0.1, this host alone. */
	readonly host?: string;
	/** 0: any free one. */
	readonly port: number;
	readonly metrics: { readonly contentType: string; text(): Promise<string> };
	readonly logger: Logger;
}

export interface MetricsServer extends AsyncDisposable {
	readonly url: string;
}

/** Listens until it is disposed. Rejects with Node's error where it cannot, e.g. `EADDRINUSE`. */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
	const { host = "127.0.0.1", port, metrics, logger } = options;
	const server = createServer((request, response) => {
		if (request.url?.split("?", 1)[0] !== "/metrics") return end(response, 404, "Metrics are at /metrics.\n");
		if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405, "Only GET is answered.\n");
		metrics.text().then(
			(text) => end(response, 200, text, metrics.contentType),
			(error: unknown) => {
				logger.error("The metrics cannot be given", { error });
				end(response, 500, "The metrics cannot be given; the worker's log says why.\n");
			},
		);
	});
	server.listen(port, host);
	await once(server, "listening");
	const address = server.address();
	const taken = address !== null && typeof address === "object" ? address.port : port;
	return {
		url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}/metrics`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function end(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
	response.writeHead(status, { "content-type": type }).end(text);
}
