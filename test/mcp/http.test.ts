/** MCP servers with an address: streamable HTTP on 127.0.0.1. */
import { expect, it } from "vitest";
import { largestMessage } from "../../adapters/mcp/bounded-fetch.ts";
import { asks } from "../tools/loop-machine.ts";
import { startHttpServer } from "./http-server.ts";
import { namesOffered, served, told, variable } from "./mcp-machine.ts";

it("runs tools of a server with an address, in one session that is closed at the end of the run", async () => {
	await using server = await startHttpServer();
	const { url: server_url } = server;
	await using run = served({
		answers: [asks(["shout", { text: "hello" }]), "a", asks(["shout", { text: "again" }]), "b"],
		mcp: () => ({ servers: { h: { server_url } } }),
		states: `
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: second }] }
second: { agent: worker, tool_loop: true, transitions: [{ to: done }] }
done: { type: final }`,
	});
	expect(await run.machine.run()).toMatchObject({ status: "done" });
	expect(told(run.calls)).toEqual(["AGAIN"]);
	expect(server.sessions).toEqual(["open", "close"]);
});

it("sends headers with variables of the environment, which it is given", async () => {
	await using server = await startHttpServer();
	const { url: server_url } = server;
	await using run = served({
		answers: [asks(["shout", { text: "x" }]), "ok"],
		mcp: () => ({ servers: { h: { server_url, headers: { authorization: `Bearer ${variable("THE_TOKEN")}` } } } }),
		options: { mcp: { env: { THE_TOKEN: "planted-7f3a" } } },
	});
	await run.machine.execute();
	expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer planted-7f3a"]));
});

it("does not follow a redirect to another address, so that headers stay where they belong", async () => {
	await using other = await startHttpServer();
	await using server = await startHttpServer((_path, respond) => {
		respond(307, "", { location: other.url });
		return true;
	});
	const { url: server_url } = server;
	await using run = served({
		answers: ["ok"],
		mcp: () => ({ servers: { h: { server_url, headers: { "x-key": "planted-7f3a" } } } }),
	});
	await run.machine.execute();
	expect(other.requests).toEqual([]);
	expect(run.logged()).toContain('MCP server "h"');
});

it("gives up a server whose answer is larger than can be held", async () => {
	await using server = await startHttpServer((_path, respond) => {
		respond(200, `"${"x".repeat(largestMessage)}"`, { "content-type": "application/json" });
		return true;
	});
	const { url: server_url } = server;
	await using run = served({ answers: ["ok"], mcp: () => ({ servers: { h: { server_url } } }) });
	await run.machine.execute();
	expect(run.calls[0] && namesOffered(run.calls[0])).toEqual([]);
	expect(run.logged()).toContain("a message is larger than");
});

it("names the variable that is missing, and not what else stands in the entry", async () => {
	await using run = served({
		answers: ["ok"],
		mcp: () => ({
			servers: { h: { server_url: "http://127.0.0.1:9/", headers: { a: `planted-7f3a ${variable("NO_SUCH")}` } } },
		}),
		options: { mcp: { env: {} } },
	});
	await run.machine.execute();
	expect(run.logged()).toContain('MCP server "h": headers.a needs the environment variable NO_SUCH, which is not set.');
	expect(run.logged()).not.toContain("planted-7f3a");
});
