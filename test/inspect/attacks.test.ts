/** Whoever has the token may still send anything, read nothing, or come a thousand times: the run goes on. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type LocalServerOptions, startLocalServer } from "../../src/inspect/local-server.ts";
import { isEnd, isNotice, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const waiting = `
context: { said: null }
states:
  start: { type: initial, transitions: [{ to: wait }] }
  wait: { wait_for: go, output_to_context: { said: output }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said.text }}" } }
`;

/** The page can still let the run end. */
async function endsAllTheSame(watched: Awaited<ReturnType<typeof inspected>>, running: Promise<unknown>) {
	await using page = await openBrowser(watched.inspector.url);
	await page.when(() => page.actors().some(({ status }) => status === "waiting"));
	page.send({ type: "signal", channel: "go", data: { text: "now" } });
	expect(await running).toMatchObject({ status: "done", output: { said: "now" } });
}

const sockets: WebSocket[] = [];

afterEach(() => {
	for (const socket of sockets.splice(0)) socket.terminate();
});

function socketTo(url: string): WebSocket {
	const socket = new WebSocket(url);
	socket.on("error", () => undefined);
	sockets.push(socket);
	return socket;
}

async function opened(url: string): Promise<WebSocket> {
	const socket = socketTo(url);
	await once(socket, "open");
	return socket;
}

function socketUrl(url: string): string {
	return url.replace("http:", "ws:").replace("/?", "/socket?");
}

describe("a run whose page is hostile", () => {
	it("goes on when a message is too large, and only that connection ends", async () => {
		await using watched = await inspected(waiting);
		const running = watched.run();
		const socket = await opened(socketUrl(watched.inspector.url));
		const closed = once(socket, "close");
		socket.send(JSON.stringify({ type: "signal", channel: "go", data: "x".repeat(1024 * 1024) }));
		expect((await closed)[0]).toBe(1009);
		await endsAllTheSame(watched, running);
	});

	it.each<[string, string]>([
		["what is no JSON", "{"],
		["what is no message", '[{"type":"pause"}]'],
		["a prototype in place of a type", '{"__proto__":{"type":"pause"}}'],
		["a name that every object has", '{"type":"constructor"}'],
		["a signal for what is no name", '{"type":"signal","channel":{"toString":1},"data":1}'],
		[
			"a signal as deep as a well",
			`{"type":"signal","channel":"deep","data":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
		],
	])("goes on when it is sent %s, and says that it cannot be done", async (_, sent) => {
		await using watched = await inspected(waiting);
		const running = watched.run();
		await using page = await openBrowser(watched.inspector.url);
		const socket = await opened(socketUrl(watched.inspector.url));
		const told = new Promise<string>((resolve) => {
			socket.on("message", (data) => {
				if (String(data).includes('"notice"')) resolve(String(data));
			});
		});
		socket.send(sent);
		expect(JSON.parse(await told)).toMatchObject({ type: "notice", level: "error" });
		expect(page.messages.filter(({ type }) => type === "paused")).toEqual([]);
		await endsAllTheSame(watched, running);
	});

	it("goes on when it is sent what is no text", async () => {
		await using watched = await inspected(waiting);
		const running = watched.run();
		const socket = await opened(socketUrl(watched.inspector.url));
		const closed = once(socket, "close");
		socket.send(Buffer.from([0, 255, 254]));
		expect((await closed)[0]).toBe(1003);
		await endsAllTheSame(watched, running);
	});

	it("sends away whoever floods it with messages", async () => {
		await using watched = await inspected(waiting);
		const running = watched.run();
		const socket = await opened(socketUrl(watched.inspector.url));
		const closed = once(socket, "close");
		for (let count = 0; count < 5000; count++) socket.send('{"type":"step"}');
		expect((await closed)[0]).toBe(1008);
		await endsAllTheSame(watched, running);
	});

	it("takes keys of prototypes in a signal for data like any other", async () => {
		await using watched = await inspected(waiting);
		await using page = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await page.when(() => page.actors().some(({ status }) => status === "waiting"));
		page.sendText(
			'{"type":"signal","channel":"go","data":{"text":"now","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}',
		);
		expect(await running).toMatchObject({ status: "done", output: { said: "now" } });
		await page.until(isEnd);
		expect(Reflect.get({}, "isAdmin")).toBeUndefined();
		const [last] = page.frames().slice(-1);
		expect(Reflect.get(Object(last?.context.said), "isAdmin")).toBeUndefined();
	});
});

describe("a server with too many or too slow clients", () => {
	const echo: LocalServerOptions["endpoints"] = { "/socket": { connected: () => () => undefined } };

	it("takes so many WebSockets, and another when one has gone", async () => {
		await using server = await startLocalServer({ endpoints: echo, mostClients: 2 });
		const url = server.urlOf("/socket", "ws");
		const first = await opened(url);
		await opened(url);
		const third = socketTo(url);
		const [, response] = await once(third, "unexpected-response");
		expect(response.statusCode).toBe(503);
		response.destroy();
		const closed = once(first, "close");
		first.close();
		await closed;
		// The server hears of it by itself; the next may come a moment later.
		await expect
			.poll(() =>
				opened(url).then(
					() => "open",
					() => "refused",
				),
			)
			.toBe("open");
	});

	it("sends away a client that does not read, and forgets what waited for it", async () => {
		let send: ((text: string) => void) | undefined;
		let isGone = false;
		const endpoint = {
			connected: (connection: { send(text: string): void }) => {
				send = (text) => connection.send(text);
				return () => {
					isGone = true;
				};
			},
		};
		await using server = await startLocalServer({ endpoints: { "/socket": endpoint }, maxWaiting: 1_000_000 });
		const socket = await opened(server.urlOf("/socket", "ws"));
		socket.pause();
		const text = "x".repeat(500_000);
		await expect
			.poll(() => {
				send?.(text);
				return isGone;
			})
			.toBe(true);
	});

	it("survives an endpoint that fails, and ends that connection", async () => {
		const endpoints: LocalServerOptions["endpoints"] = {
			"/fails": {
				connected() {
					throw new Error("no");
				},
			},
			"/socket": {
				connected: () => () => undefined,
				received() {
					throw new Error("no");
				},
			},
		};
		await using server = await startLocalServer({ endpoints });
		const failing = socketTo(server.urlOf("/fails", "ws"));
		expect((await once(failing, "close"))[0]).toBe(1011);
		const socket = await opened(server.urlOf("/socket", "ws"));
		const closed = once(socket, "close");
		socket.send("x");
		expect((await closed)[0]).toBe(1011);
		await opened(server.urlOf("/socket", "ws"));
	});

	it("refuses a request that names no host", async () => {
		await using server = await startLocalServer({ endpoints: echo });
		const socket = connect(server.port, "127.0.0.1");
		let answer = "";
		socket.on("data", (data) => {
			answer += String(data);
		});
		socket.write(`GET /?token=${server.token} HTTP/1.0\r\n\r\n`);
		await once(socket, "close");
		expect(answer).toMatch(/^HTTP\/1\.1 421 /);
		expect(answer).not.toContain(server.token);
	});
});

it("says neither in headers nor in texts what the token is", async () => {
	await using watched = await inspected(waiting);
	const { url, statelyUrl } = watched.inspector;
	const token = new URL(url).searchParams.get("token") ?? "?";
	for (const address of [url, statelyUrl]) {
		const response = await fetch(address);
		expect(response.headers.get("referrer-policy")).toBe("no-referrer");
		expect([...response.headers].join()).not.toContain(token);
		expect(await response.text()).not.toContain(token);
	}
	await using page = await openBrowser(url);
	page.sendText("?");
	await page.until(isNotice);
	expect(page.texts.join()).not.toContain(token);
});
