import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { createMachine } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { startRunInspector } from "../../src/inspect/run-inspector.ts";
import { statelyInspect } from "../../src/inspect/stately-inspect.ts";
import { flat } from "../runtime/flat.ts";
import { openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const config = join(import.meta.dirname, "../../examples/parallelism/config");

function eventsOf(texts: readonly string[]): Record<string, unknown>[] {
	return texts.map((text): unknown => JSON.parse(text)).filter(isRecord);
}

function statesOf(machine: { readonly states: Readonly<Record<string, unknown>> }): string[] {
	return Object.keys(machine.states).sort();
}

describe("a run in Stately's protocol", () => {
	it("lets whoever listens rebuild the machines of the parallelism example, with all children below their parents", async () => {
		const script = { "*": "An answer." };
		await using machine = new FlatMachine({ file: join(config, "foreach.yml"), script });
		await using inspector = await startRunInspector({
			set: machine.set,
			executionId: "trip",
			redaction: { environment: {} },
		});
		await using stately = await openBrowser(inspector.statelySocketUrl, "");
		const stops = [{ city: "Porto" }, { city: "Oslo", wish: "swimming" }, { city: "Graz" }];
		const result = await machine.run({ stops }, inspector.runOptions);
		expect(result.status).toBe("done");
		const isOver = () =>
			eventsOf(stately.texts).some(({ type, sessionId, snapshot }) => {
				return (
					type === "@xstate.snapshot" && sessionId === rootOf() && isRecord(snapshot) && snapshot.status === "done"
				);
			});
		const rootOf = () =>
			eventsOf(stately.texts).find(({ type, parentId }) => type === "@xstate.actor" && parentId === undefined)
				?.sessionId;
		await stately.when(isOver);

		const actors = eventsOf(stately.texts).filter(({ type }) => type === "@xstate.actor");
		const root = actors.find(({ parentId }) => parentId === undefined);
		const rebuilt = createMachine(JSON.parse(String(root?.definition)));
		expect(statesOf(rebuilt)).toEqual(statesOf(machine.machine));
		expect(rebuilt.id).toBe(machine.machine.id);
		for (const [name, state] of Object.entries(machine.machine.states)) {
			// Its file is named as the project knows it.
			const compiled = JSON.stringify(state.config).replaceAll(`"${process.cwd()}/`, '"');
			expect(rebuilt.states[name]?.config).toEqual(JSON.parse(compiled));
		}
		const visit = actors.find(({ parentId, name }) => parentId === root?.sessionId && name === "ask_for_each_stop");
		const guides = actors.filter(({ parentId }) => parentId === visit?.sessionId);
		expect(guides.map(({ name }) => name)).toEqual(["item.Porto", "item.Oslo", "item.Graz"]);
		for (const guide of guides) {
			expect(statesOf(createMachine(JSON.parse(String(guide.definition))))).toContain("ask");
			const below = actors.filter(({ parentId }) => parentId === guide.sessionId);
			expect(below.length).toBeGreaterThan(0);
		}
	});

	it("tells whoever comes late the same, actors as they were when they started", async () => {
		const data = `
context: { said: null }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;
		await using watched = await inspected(data, { use: ["w"], script: { w: "hello" } });
		await using early = await openBrowser(watched.inspector.statelySocketUrl, "");
		await watched.run();
		const isWhole = (texts: readonly string[]) =>
			texts.some(
				(text) =>
					text.includes('"said":"hello"') && text.includes('"status":"done"') && text.includes('"value":"done"'),
			);
		await early.when(() => isWhole(early.texts));
		await using late = await openBrowser(watched.inspector.statelySocketUrl, "");
		await late.when(() => late.texts.length >= early.texts.length);
		expect(late.texts).toEqual(early.texts);
		const [root] = eventsOf(late.texts).filter(({ type }) => type === "@xstate.actor");
		expect(root?.snapshot).toMatchObject({ status: "active", value: "ask" });
	});

	it("serves a page that loads Stately's inspector and nothing else", async () => {
		await using watched = await inspected(
			"states: { start: { type: initial, transitions: [{ to: end }] }, end: { type: final } }",
		);
		const { statelyUrl } = watched.inspector;
		const response = await fetch(statelyUrl);
		const policy = response.headers.get("content-security-policy");
		expect(policy).toContain("frame-src https://stately.ai;");
		expect(policy).toContain("default-src 'none'");
		expect(policy).not.toContain("unsafe");
		const html = await response.text();
		expect(html).toContain("https://stately.ai/inspect");
		expect(/sandbox="([^"]*)"/.exec(html)?.[1]).not.toContain("top-navigation");
		const bare = new URL(statelyUrl);
		bare.search = "";
		expect((await fetch(bare)).status).toBe(403);
	});
});

describe("statelyInspect", () => {
	const data = `
context: { said: null, api_key: planted-in-yaml }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, output_to_context: { said: "{{ output.content }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;

	it("sends a run to an inspector that listens, all of it and without secrets", async () => {
		const received: string[] = [];
		const listening = new WebSocketServer({ port: 0, host: "127.0.0.1" });
		await once(listening, "listening");
		listening.on("connection", (socket) => socket.on("message", (text) => received.push(String(text))));
		const address = listening.address();
		const port = typeof address === "object" && address !== null ? address.port : 0;
		const url = `ws://127.0.0.1:${port}`;
		const inspection = statelyInspect({ url, environment: {}, secrets: ["hello there"] });
		const { machine } = flat(data, { use: ["w"], script: { w: "hello there" } });
		await machine.run({}, { inspect: inspection.inspect });
		await inspection.stop();
		listening.close();
		await once(listening, "close");
		const events = eventsOf(received);
		expect(new Set(events.map(({ type }) => type))).toEqual(
			new Set(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]),
		);
		const done = expect.objectContaining({ status: "done", value: "done" });
		expect(events).toContainEqual(expect.objectContaining({ type: "@xstate.snapshot", snapshot: done }));
		expect(received.join()).not.toMatch(/planted-in-yaml|hello there/);
	});

	it("says once that nobody listens, and keeps nothing waiting", async () => {
		const errors: Error[] = [];
		// Port 9 discards, where anything listens there at all.
		const inspection = statelyInspect({ url: "ws://127.0.0.1:9", onError: (error) => errors.push(error) });
		const { machine } = flat(data, { use: ["w"], script: { w: "hello" } });
		expect(await machine.run({}, { inspect: inspection.inspect })).toMatchObject({ status: "done" });
		await inspection.stop();
		expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining("cannot be reached")]);
	});
});
