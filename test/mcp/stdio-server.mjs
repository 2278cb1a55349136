/**
 * An MCP server on stdio for tests, written with the SDK. It appends a line to the file that `LOG` names when it starts and
 * for each call; `MODE` makes it fail in a chosen way.
 */
import { appendFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const { LOG, MODE, SECRET = "" } = process.env;
const note = (text) => LOG && appendFileSync(LOG, `${text}\n`);
note(`start ${process.pid}`);
if (MODE === "silent") {
	// Says nothing, and does not end with its input either.
	setInterval(() => {}, 1000);
} else if (MODE === "fails") {
	process.stderr.write(`cannot start with ${SECRET}\n`);
	process.exit(3);
} else {
	await serve();
}

async function serve() {
	const server = new McpServer({ name: "test", version: "1.0.0" });
	const text = (value) => ({ content: [{ type: "text", text: value }] });
	server.registerTool(
		"add",
		{ description: "Adds two numbers.", inputSchema: { a: z.number(), b: z.number() } },
		async ({ a, b }) => {
			note(`add ${a} ${b}`);
			return text(String(a + b));
		},
	);
	server.registerTool("secret", { description: "Tells its secret." }, async () => text(`it is ${SECRET}`));
	server.registerTool("environment", { description: "Names of its variables." }, async () =>
		text(Object.keys(process.env).sort().join(" ")),
	);
	server.registerTool("die", { description: "Ends the server." }, async () => process.exit(1));
	server.registerTool("hang", { description: "Never answers." }, async (_args, extra = _args) => {
		note("hang");
		await new Promise((resolve) => extra.signal.addEventListener("abort", resolve));
		note("hang was given up");
		return text("too late");
	});
	server.registerTool("wrong", { description: "Fails." }, async () => ({ ...text("it went wrong"), isError: true }));
	server.registerTool("rich", { description: "All kinds of content." }, async () => ({
		content: [
			{ type: "text", text: "a picture:" },
			{ type: "image", data: Buffer.from("picture").toString("base64"), mimeType: "image/png" },
			{ type: "resource", resource: { uri: "memo://1", text: "a memo" } },
			{ type: "resource_link", uri: "memo://2", name: "second memo" },
		],
		structuredContent: { degrees: 7 },
	}));
	server.registerTool("large", { description: "A long text." }, async () => text("x".repeat(150_000)));
	server.registerTool("grow", { description: "Adds a tool." }, async () => {
		server.registerTool("grown", { description: "New." }, async () => text("I am new"));
		return text("there is a new tool");
	});
	server.registerTool("dotted.name", { description: "With a dot." }, async () => text("dotted"));
	process.on("SIGTERM", () => {
		note("SIGTERM");
		process.exit(0);
	});
	process.stdin.on("end", () => {
		note("end");
		process.exit(0);
	});
	await server.connect(new StdioServerTransport());
}
