/** Secrets of MCP servers: a planted one is looked for in everything that runs write and tell. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { keyPaths } from "../../compiler/bundle/keys.ts";
import { files } from "../cli/files.ts";
import { asks } from "../tools/loop-machine.ts";
import { startHttpServer } from "./http-server.ts";
import { served, told, variable } from "./mcp-machine.ts";

const planted = "planted-7f3a91c4";
const otherPlanted = "other-planted-55e0d2";

/** The texts of all files below a folder. */
function textsBelow(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((name) => join(folder, name))
		.filter((file) => statSync(file).isFile())
		.map((file) => readFileSync(file, "latin1"));
}

it("writes no secret of a server into stores, logs, events and errors, even where the server tells it", async () => {
	await using http = await startHttpServer((path, respond) => {
		respond(401, `no access for Bearer ${otherPlanted} at ${path}`);
		return true;
	});
	await using folder = files({});
	await using run = served({
		answers: [asks(["secret"], ["die"]), "x"],
		env: { SECRET: planted },
		mcp: (s) => ({
			servers: {
				s,
				broken: { ...s, env: { SECRET: planted, MODE: "fails" } },
				h: { server_url: `${http.url}?key=${planted}`, headers: { authorization: `Bearer ${otherPlanted}` } },
				v: { server_url: "http://127.0.0.1:1/", headers: { "x-key": variable("KEY") } },
			},
		}),
		states: `
work: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: fail }] }
fail: { agent: worker }
done: { type: final }`,
		options: { mcp: { env: { KEY: planted } }, store: `file:${join(folder.path, "store")}` },
	});
	const events: unknown[] = [];
	const result = await run.machine.run({}, { onEvent: (event) => events.push(event) });
	expect(result.status).toBe("failed");
	expect(told(run.calls.slice(0, 2))[0]).toBe("it is [redacted]");
	const written = [
		run.logged(),
		inspect(events, { depth: 20 }),
		inspect(result, { depth: 20 }),
		...textsBelow(join(folder.path, "store")),
	];
	expect(written.length).toBeGreaterThan(4);
	expect(run.logged()).toContain("it wrote: cannot start with [redacted]");
	for (const text of written) {
		expect(text).not.toContain(planted);
		expect(text).not.toContain(otherPlanted);
	}
});

it("knows which values of a document are secrets of servers", () => {
	const mcp = {
		servers: {
			a: { command: "x", args: ["env"], env: { LEVEL: "debug", TOKEN: "t", FROM: variable("TOKEN"), EMPTY: "" } },
			b: { server_url: "https://x.test/mcp", headers: { authorization: `Bearer ${variable("TOKEN")}`, "x-id": "1" } },
			c: { server_url: "https://x.test/mcp?key=1" },
		},
	};
	const paths = keyPaths({ data: { mcp } }).map((path) => path.slice(3).join("."));
	expect(paths).toEqual(["a.env.LEVEL", "a.env.TOKEN", "a.env.EMPTY", "b.headers.x-id", "c.server_url"]);
});
