/** Loads `@modelcontextprotocol/sdk`, which users install beside flatstate, when the first server is connected. */
import { loadPackage } from "../frameworks/load-package.ts";

type ClientModule = typeof import("@modelcontextprotocol/sdk/client/index.js");
type StdioModule = typeof import("@modelcontextprotocol/sdk/client/stdio.js");
type HttpModule = typeof import("@modelcontextprotocol/sdk/client/streamableHttp.js");
type TypesModule = typeof import("@modelcontextprotocol/sdk/types.js");

/** The parts of the SDK that are used. */
export type McpSdk = ClientModule & StdioModule & HttpModule & TypesModule;

const sdk = "@modelcontextprotocol/sdk";
const neededBy = "MCP servers";

/** @throws PackageError */
export async function loadMcpSdk(): Promise<McpSdk> {
	const [client, stdio, http, types] = await Promise.all([
		loadPackage<ClientModule>({ name: `${sdk}/client/index.js`, neededBy, functions: ["Client"] }, []),
		loadPackage<StdioModule>({ name: `${sdk}/client/stdio.js`, neededBy, functions: ["StdioClientTransport"] }, []),
		loadPackage<HttpModule>(
			{ name: `${sdk}/client/streamableHttp.js`, neededBy, functions: ["StreamableHTTPClientTransport"] },
			[],
		),
		loadPackage<TypesModule>({ name: `${sdk}/types.js`, neededBy, functions: [] }, []),
	]);
	return { ...client, ...stdio, ...http, ...types };
}
