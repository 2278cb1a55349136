import { describe, expect, it } from "vitest";
import { withoutHostPaths } from "../../src/inspect/host-paths.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { startStoredInspector } from "../../src/inspect/stored-inspector.ts";
import { openStore } from "../../src/open-store.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { type Browser, isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const failing = `
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, transitions: [{ to: done }] }
  done: { type: final }
`;

function fail(): never {
	const request = { headers: { "x-account": "of-the-request" } };
	throw Object.assign(new Error("open '/home/me/elsewhere/notes.txt' failed", { cause: new TypeError("deep") }), {
		code: "ENOENT",
		status: 404,
		request,
	});
}

async function failedRun(environment: Readonly<Record<string, string>>) {
	await using store = await openStore("memory:");
	const redaction = { environment, folder: "/home/me/project" };
	await using watched = await inspected(failing, { use: ["w"], script: { w: fail }, store, inspector: { redaction } });
	await using page = await openBrowser(watched.inspector.url);
	await using stately = await openBrowser(watched.inspector.statelySocketUrl, "");
	await watched.run();
	await page.until(isEnd);
	await stately.when(() => stately.texts.some((text) => text.includes('"status":"error"')));
	const options = { store, machines: new StoredMachines(store, {}), redaction: createRedaction(redaction) };
	await using stored = await startStoredInspector("run-1", options);
	await using late = await openBrowser(stored.url);
	await late.until(isEnd);
	return { page, stately, late };
}

function eventsOf(browser: Browser) {
	return browser.messages.flatMap((message) => (message.type === "events" ? message.events : []));
}

describe("errors of a run", () => {
	it("are shown with message and code, without stacks, what libraries add, and where things are on this host", async () => {
		const { page, stately, late } = await failedRun({});
		const error = "Error: open '…/notes.txt' failed";
		for (const browser of [page, late]) {
			expect(await browser.until(isEnd)).toMatchObject({ status: "failed", error });
			expect(browser.calls()).toMatchObject([{ error }]);
		}
		const [told] = eventsOf(page).filter(({ event }) => event.startsWith("xstate.error.actor"));
		expect(told?.data).toEqual({
			error: {
				name: "Error",
				message: "open '…/notes.txt' failed",
				code: "ENOENT",
				status: 404,
				cause: { name: "TypeError", message: "deep" },
			},
		});
		const snapshots = stately.texts.map((text): unknown => JSON.parse(text));
		expect(snapshots).toContainEqual(
			expect.objectContaining({
				type: "@xstate.snapshot",
				snapshot: expect.objectContaining({
					status: "error",
					error: expect.objectContaining({ message: "open '…/notes.txt' failed", code: "ENOENT" }),
				}),
			}),
		);
		for (const text of [...page.texts, ...late.texts, ...stately.texts]) {
			expect(text).not.toMatch(/"stack"|\bat \w+ \(|\.test\.ts|of-the-request/);
		}
	});

	it("have their stacks where the log level is DEBUG", async () => {
		const { page, stately } = await failedRun({ FLATAGENTS_LOG_LEVEL: "debug" });
		const [told] = eventsOf(page).filter(({ event }) => event.startsWith("xstate.error.actor"));
		expect(told?.data).toMatchObject({ error: { stack: expect.stringContaining("errors.test.ts") } });
		expect(stately.texts.join()).toContain("errors.test.ts");
	});
});

describe("paths of this host in a message", () => {
	it.each([
		["open '/home/me/project/sub/a.yml'", "open 'sub/a.yml'"],
		["open /home/me/project2/a.yml failed", "open …/a.yml failed"],
		[
			'Cannot find "/usr/lib/node/x.js" imported from file:///home/me/project/hooks.mjs',
			'Cannot find "…/x.js" imported from hooks.mjs',
		],
		["C:\\Users\\me\\x.txt is gone", "…/x.txt is gone"],
		["POST https://api.host/home/v1/chat: 404", "POST https://api.host/home/v1/chat: 404"],
		["POST /v1/chat/completions: 404", "POST /v1/chat/completions: 404"],
		["./tmp/x/y and a/home/b/c and 1/2/3", "./tmp/x/y and a/home/b/c and 1/2/3"],
		["/tmp is full", "/tmp is full"],
	])("%s", (message, shown) => {
		expect(withoutHostPaths(message, "/home/me/project")).toBe(shown);
	});
});
