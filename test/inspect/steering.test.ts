import { describe, expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { isEnd, isNotice, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const machine = `
context: { one: null, two: null }
states:
  start: { type: initial, transitions: [{ to: first }] }
  first: { agent: w, output_to_context: { one: "{{ output.content }}" }, transitions: [{ to: second }] }
  second: { agent: w, output_to_context: { two: "{{ output.content }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { one: "{{ context.one }}", two: "{{ context.two }}" } }
`;

const waiting = `
context: { said: null }
states:
  start: { type: initial, transitions: [{ to: wait }] }
  wait: { wait_for: go, output_to_context: { said: "{{ output.text }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;

const waitState = "  wait: { wait_for: go, transitions: [{ to: done }] }\n";

describe("a run that is steered from the page", () => {
	it("stops before its next effect, makes one for each step, and goes on", async () => {
		const calls: string[] = [];
		const script = ({ state = "" }: { readonly state?: string }) => {
			calls.push(state);
			return "x";
		};
		await using watched = await inspected(machine, { use: ["w"], script, inspector: { isPaused: true } });
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.frames().some(({ state }) => state === "first"));
		expect(browser.messages.filter(({ type }) => type === "paused")).toEqual([{ type: "paused", isPaused: true }]);
		expect(calls).toEqual([]);
		browser.send({ type: "step" });
		await browser.when(() => browser.frames().some(({ state }) => state === "second"));
		expect(calls).toEqual(["first"]);
		browser.send({ type: "continue" });
		await browser.until(isEnd);
		expect(await running).toMatchObject({ status: "done", output: { one: "x", two: "x" } });
		expect(calls).toEqual(["first", "second"]);
		expect(browser.messages.filter(({ type }) => type === "paused").at(-1)).toEqual({
			type: "paused",
			isPaused: false,
		});
	});

	it("can be paused while it runs", async () => {
		const answers = new Map<string, () => void>();
		const script = ({ state = "" }: { readonly state?: string }) =>
			new Promise<string>((resolve) => answers.set(state, () => resolve("x")));
		await using watched = await inspected(machine, { use: ["w"], script });
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.calls().length === 1);
		browser.send({ type: "pause" });
		await browser.when(() => browser.messages.some((message) => message.type === "paused" && message.isPaused));
		answers.get("first")?.();
		await browser.when(() => browser.frames().some(({ state }) => state === "second"));
		expect(browser.calls()).toHaveLength(1);
		browser.send({ type: "continue" });
		await browser.when(() => browser.calls().length === 2);
		answers.get("second")?.();
		expect(await running).toMatchObject({ status: "done" });
	});

	it("goes on with a signal that the page sends", async () => {
		await using watched = await inspected(waiting);
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.actors().some(({ status, state }) => status === "waiting" && state === "wait"));
		browser.send({ type: "signal", channel: "go", data: { text: "now" }, to: "run-1" });
		expect(await running).toMatchObject({ status: "done", output: { said: "now" } });
		await browser.until(isEnd);
		expect(browser.messages.flatMap((message) => (message.type === "events" ? message.events : []))).toContainEqual(
			expect.objectContaining({ event: "signal", data: { channel: "go", data: { text: "now" } } }),
		);
		expect(await browser.until(isNotice)).toMatchObject({ level: "info" });
		expect(browser.actors()).toMatchObject([{ status: "done" }]);
	});

	it("gives a signal to the machine of this run that waits, and to no other in the store", async () => {
		await using store = await openStore("memory:");
		await using watched = await inspected(waiting, { store });
		// Somebody else's run waits on the same channel, and has waited longer.
		await watched.machine.run({}, { executionId: "other" });
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.actors().some(({ status }) => status === "waiting"));
		browser.send({ type: "signal", channel: "go", data: { text: "now" }, to: "other" });
		expect(await browser.until(isNotice)).toMatchObject({
			level: "error",
			text: expect.stringContaining("no execution of this run"),
		});
		expect(await store.signals.peek("go")).toEqual([]);
		browser.send({ type: "signal", channel: "go", data: { text: "now" } });
		expect(await running).toMatchObject({ status: "done", output: { said: "now" } });
		expect((await store.persistence.loadExecution("other"))?.summary.status).toBe("waiting");
		expect(await store.signals.peek("go")).toEqual([]);
	});

	it("gives two signals on one channel to two children that wait", async () => {
		const child = `
context: { said: null }
states:
  wait: { type: initial, wait_for: go, output_to_context: { said: "{{ output.text }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;
		const parent = `
machines: { child: ./child.yml }
context: { all: null }
states:
  start: { type: initial, foreach: "{{ [1, 2] }}", as: n, machine: child, output_to_context: { all: output }, transitions: [{ to: done }] }
  done: { type: final, output: { all: context.all } }
`;
		await using watched = await inspected(parent, { files: { "child.yml": child } });
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.actors().filter(({ status }) => status === "waiting").length === 2);
		browser.send({ type: "signal", channel: "go", data: { text: "one" } });
		browser.send({ type: "signal", channel: "go", data: { text: "two" } });
		expect(await running).toMatchObject({ status: "done", output: { all: [{ said: "one" }, { said: "two" }] } });
	});

	it("keeps a signal for the run where nobody waits yet", async () => {
		await using watched = await inspected(machine.replace("{ to: done }", "{ to: wait }") + waitState, {
			use: ["w"],
			script: { w: "x" },
			inspector: { isPaused: true },
		});
		await using browser = await openBrowser(watched.inspector.url);
		const running = watched.run();
		await browser.when(() => browser.frames().length > 0);
		browser.send({ type: "signal", channel: "go", data: { text: "early" } });
		expect(await browser.until(isNotice)).toMatchObject({ level: "info", text: expect.stringContaining("run-1") });
		browser.send({ type: "continue" });
		expect(await running).toMatchObject({ status: "done" });
	});

	it("says what cannot be done", async () => {
		await using watched = await inspected(waiting, { store: null });
		await using browser = await openBrowser(watched.inspector.url);
		const told = async (number: number) => {
			await browser.when(() => browser.messages.filter(isNotice).length >= number);
			return browser.messages.filter(isNotice)[number - 1];
		};
		browser.sendText("{ no JSON");
		expect(await told(1)).toMatchObject({ level: "error" });
		browser.sendText('{"type":"signal","channel":""}');
		expect(await told(2)).toMatchObject({ level: "error" });
		browser.send({ type: "step" });
		expect(await told(3)).toMatchObject({ text: expect.stringContaining("not paused") });
		browser.send({ type: "signal", channel: "go", data: null });
		expect(await told(4)).toMatchObject({ text: expect.stringContaining("no store") });
		await watched.run({}, { awaitSignals: false });
		expect(await browser.until(isEnd)).toMatchObject({ status: "waiting", channel: "go" });
		expect(browser.actors()).toMatchObject([{ status: "waiting" }]);
		browser.send({ type: "pause" });
		expect(await told(5)).toMatchObject({ text: expect.stringContaining("ended") });
	});

	it("lets nothing begin when the inspector is closed after the run was aborted", async () => {
		const calls: string[] = [];
		const script = ({ state = "" }: { readonly state?: string }) => {
			calls.push(state);
			return "x";
		};
		const watched = await inspected(machine, { use: ["w"], script, inspector: { isPaused: true } });
		const browser = await openBrowser(watched.inspector.url);
		const abort = new AbortController();
		const running = watched.run({}, { signal: abort.signal });
		await browser.when(() => browser.frames().some(({ state }) => state === "first"));
		abort.abort();
		expect(await running).toMatchObject({ status: "stopped" });
		await watched[Symbol.asyncDispose]();
		await browser[Symbol.asyncDispose]();
		expect(calls).toEqual([]);
	});
});
