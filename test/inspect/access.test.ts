import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type LocalServer, startLocalServer } from "../../src/inspect/local-server.ts";

let folder = "";
let server: LocalServer;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-page-"));
	await mkdir(join(folder, "page", "assets"), { recursive: true });
	await writeFile(join(folder, "page", "index.html"), "<p>the page</p>");
	await writeFile(join(folder, "page", "assets", "main-1a.js"), "1");
	await writeFile(join(folder, "secret.js"), "not for you");
	await writeFile(join(folder, "page", ".hidden.js"), "not for you");
	const endpoint = {
		connected: () => () => undefined,
	};
	server = await startLocalServer({ endpoints: { "/socket": endpoint }, folder: join(folder, "page") });
});

afterAll(async () => {
	await server.close();
	await rm(folder, { recursive: true });
});

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: string;
}

/** Sends a path as it is: `fetch` would tidy it up. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
			let body = "";
			response.on("data", (chunk) => {
				body += String(chunk);
			});
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		sent.on("error", reject);
		sent.end();
	});
}

/** `open`, or the status with which the server has refused. */
async function connect(
	address: string,
	options: { origin?: string; headers?: Record<string, string> } = {},
): Promise<string | number> {
	const socket = new WebSocket(address, options);
	return new Promise((resolve) => {
		socket.on("unexpected-response", (_, response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		});
		socket.on("open", () => {
			socket.close();
			resolve("open");
		});
		socket.on("error", () => undefined);
	});
}

describe("the inspector's server", () => {
	it("serves the page to whoever has the token", async () => {
		const { status, body, headers } = await get(`/?token=${server.token}`);
		expect([status, body]).toEqual([200, "<p>the page</p>"]);
		const policy = String(headers["content-security-policy"]);
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain("script-src 'self';");
		expect(policy).not.toMatch(/unsafe|https?:/);
		expect(headers).toMatchObject({
			"cache-control": "no-store",
			"x-content-type-options": "nosniff",
			"referrer-policy": "no-referrer",
		});
	});

	it.each(["/", "/?token=", "/?token=wrong", "/?Token=x"])("refuses the page at %s", async (path) => {
		expect(await get(path)).toMatchObject({ status: 403 });
	});

	it.each([
		"/../secret.js",
		"/assets/../../secret.js",
		"/%2e%2e/secret.js",
		"/..%2fsecret.js",
		"/.hidden.js",
		"/assets",
		"/assets/",
		"//secret.js",
		"/assets/main-1a.js/x",
		"/index.html\\..\\..\\secret.js",
		"/nothing.js",
		"/fonts/nothing.ttf",
		"/fonts/../../../package.json",
		"/fonts/LICENSE",
	])("gives nothing for %s", async (path) => {
		const { status, body } = await get(path);
		expect(status).toBe(404);
		expect(body).not.toContain("not for you");
	});

	it("serves the diagrams' fonts, for systems that have none", async () => {
		const { status, headers } = await get("/fonts/LiberationSans-Regular.ttf");
		expect([status, headers["content-type"]]).toEqual([200, "font/ttf"]);
	});

	it("serves the page's parts, and only to read", async () => {
		expect(await get("/assets/main-1a.js")).toMatchObject({ status: 200, body: "1" });
		expect(await get(`/?token=${server.token}`, {}, "POST")).toMatchObject({ status: 405 });
	});

	it.each(["evil.test", "evil.test:80", "127.0.0.1", "localhost:1"])("refuses the host %j", async (host) => {
		expect(await get(`/?token=${server.token}`, { host })).toMatchObject({ status: 421 });
		expect(await connect(server.urlOf("/socket", "ws"), { headers: { host } })).toBe(421);
	});

	it.each(["http://evil.test", "https://127.0.0.1", "null", "http://127.0.0.1:1", "file://"])(
		"refuses the origin %s",
		async (origin) => {
			expect(await connect(server.urlOf("/socket", "ws"), { origin })).toBe(403);
			expect(await get(`/?token=${server.token}`, { origin })).toMatchObject({ status: 403 });
		},
	);

	it("connects its own page, and programs, with the token", async () => {
		const url = server.urlOf("/socket", "ws");
		expect(await connect(url)).toBe("open");
		expect(await connect(url, { origin: `http://127.0.0.1:${server.port}` })).toBe("open");
		expect(await connect(url, { origin: `http://localhost:${server.port}` })).toBe("open");
	});

	it.each(["", "?token=", "?token=wrong", `?token=${"x".repeat(43)}`])(
		"refuses a WebSocket at /socket%s",
		async (query) => {
			expect(await connect(`ws://127.0.0.1:${server.port}/socket${query}`)).toBe(403);
		},
	);

	it("has no other WebSockets", async () => {
		expect(await connect(server.urlOf("/else", "ws"))).toBe(404);
		expect(await connect(server.urlOf("/constructor", "ws"))).toBe(404);
	});

	it("listens on 127.0.0.1 alone", async () => {
		// Another program may have the same port of another address of this machine.
		const other = createServer();
		other.listen(server.port, "127.0.0.2");
		await once(other, "listening");
		other.close();
		await once(other, "close");
	});

	it("gives each server a token of its own, of 256 bits", async () => {
		await using other = await startLocalServer({ endpoints: {}, folder });
		expect(other.token).not.toBe(server.token);
		expect(Buffer.from(other.token, "base64url")).toHaveLength(32);
	});

	it("says which port is taken", async () => {
		await expect(startLocalServer({ endpoints: {}, port: server.port })).rejects.toMatchObject({
			code: "inspector_port",
			message: expect.stringContaining(String(server.port)),
		});
	});

	it("ends connections and leaves nothing behind when it is closed", async () => {
		const closed = await startLocalServer({ endpoints: { "/socket": { connected: () => () => undefined } }, folder });
		const socket = new WebSocket(closed.urlOf("/socket", "ws"));
		await once(socket, "open");
		const ended = once(socket, "close");
		await closed.close();
		expect((await ended)[0]).toBe(1001);
		await expect(fetch(closed.url)).rejects.toThrow();
		// A second call is none.
		await closed.close();
	});
});
