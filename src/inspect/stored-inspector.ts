/** Serves a stored execution in the inspector's page: nothing runs, and all of its moments can be looked at. */
import { drawMachines } from "./draw-machines.ts";
import type { LayingOut } from "./lay-out-apart.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";
import { sessionEndpoint } from "./session-endpoint.ts";
import { readStoredSession, type StoredSessionOptions } from "./stored-session.ts";

export interface StoredInspectorOptions extends StoredSessionOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Folder of the page's files. Default: those that come with this package. */
	readonly folder?: string;
}

export interface StoredInspector extends AsyncDisposable {
	/** The page's address; whoever has it sees the execution. */
	readonly url: string;
	/** What of the execution could not be read, in words. */
	readonly problems: readonly string[];
	/** Ends all connections. */
	close(): Promise<void>;
}

/**
 * Reads the execution as it is now, and starts the server.
 * @throws UnknownExecutionError, StoreError, InspectorError where the port cannot be listened on
 */
export async function startStoredInspector(
	executionId: string,
	{ port, folder, ...options }: StoredInspectorOptions,
): Promise<StoredInspector> {
	const { session, hello, diagrams, problems } = await readStoredSession(executionId, options);
	let drawing: LayingOut | undefined;
	const endpoint = sessionEndpoint({
		session,
		hello,
		opened: () => {
			drawing ??= drawMachines(session, diagrams);
		},
		received: async () => ({ level: "error", text: "This execution is shown from its store: nothing runs here." }),
	});
	const server: LocalServer = await startLocalServer({
		endpoints: { "/socket": endpoint },
		...(port !== undefined && { port }),
		...(folder !== undefined && { folder }),
	});
	const close = async (): Promise<void> => {
		drawing?.stop();
		session.close();
		await server.close();
	};
	return { url: server.url, problems, close, [Symbol.asyncDispose]: close };
}
