import { describe, expect, it } from "vitest";
import type { ServerMessage } from "../../src/inspect/protocol.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { startStoredInspector } from "../../src/inspect/stored-inspector.ts";
import { openStore } from "../../src/open-store.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const worker = `
states:
  begin: { type: initial, transitions: [{ to: work }] }
  work: { agent: w, transitions: [{ to: end }] }
  end: { type: final, output: { done: true } }
`;

const parent = `
machines: { worker: ./worker.yml }
states:
  start: { type: initial, transitions: [{ to: call }] }
  call: { machine: worker, transitions: [{ to: done }] }
  done: { type: final }
`;

/** States in a row, each of which may also go back to one before it. */
function rowOf(states: number): string {
	const lines = Array.from({ length: states }, (_, n) => {
		if (n === states - 1) return `  s${n}: { type: final, output: { last: ${n} } }`;
		const back = n > 3 ? `{ condition: "false", to: s${(n * 7) % n} }, ` : "";
		return `  s${n}: { ${n === 0 ? "type: initial, " : ""}transitions: [${back}{ to: s${n + 1} }] }`;
	});
	return `states:\n${lines.join("\n")}\n`;
}

type Drawn = Extract<ServerMessage, { type: "diagram" | "undrawn" }>;

function isDrawn(message: ServerMessage): message is Drawn {
	return message.type === "diagram" || message.type === "undrawn";
}

describe("pictures of machines", () => {
	it("come for each machine, to whoever comes early or late", async () => {
		await using watched = await inspected(parent, { use: ["w"], files: { "worker.yml": worker }, script: { w: "x" } });
		await using early = await openBrowser(watched.inspector.url);
		const [hello] = early.messages;
		expect(hello).toMatchObject({ type: "hello", mode: "live", executionId: "run-1", name: "test" });
		await early.when(() => early.messages.filter(isDrawn).length === 2);
		await using late = await openBrowser(watched.inspector.url);
		await late.when(() => late.messages.filter(isDrawn).length === 2);
		for (const browser of [early, late]) {
			const drawn = browser.messages.filter(isDrawn);
			expect(drawn.map(({ machine }) => machine)).toEqual([hello?.type === "hello" ? hello.machine : "", "worker.yml"]);
			expect(drawn).toMatchObject([
				{ type: "diagram", diagram: { nodes: { length: 6 }, groups: [{ machine: "worker.yml" }] } },
				{ type: "diagram", diagram: { nodes: { length: 3 }, boxes: { begin: { height: expect.any(Number) } } } },
			]);
		}
	});

	it("do not keep a run waiting: one of 300 states is over before they are drawn", async () => {
		await using watched = await inspected(rowOf(300));
		await using browser = await openBrowser(watched.inspector.url);
		await watched.run();
		expect(await browser.until(isEnd)).toMatchObject({ output: { last: 299 } });
		expect(browser.messages.some(isDrawn)).toBe(false);
	});

	it("are left out where a machine is too large to be drawn, and the page is told why", async () => {
		await using watched = await inspected(rowOf(700));
		await using browser = await openBrowser(watched.inspector.url);
		await watched.run();
		expect(await browser.until(isEnd)).toMatchObject({ status: "done", output: { last: 699 } });
		expect(browser.frames()).toHaveLength(700);
		expect(await browser.until(isDrawn)).toMatchObject({
			type: "undrawn",
			reason: expect.stringContaining("701 states"),
		});
	});

	it("are told to be missing where the store has no configuration of a machine", async () => {
		await using store = await openStore("memory:");
		await using watched = await inspected(worker, { use: ["w"], script: { w: "x" }, store });
		await watched.run();
		const forgetful = { ...store, configs: { ...store.configs, get: async () => null } };
		const options = { machines: new StoredMachines(forgetful, {}), redaction: createRedaction({ environment: {} }) };
		await using stored = await startStoredInspector("run-1", { store: forgetful, ...options });
		await using browser = await openBrowser(stored.url);
		await browser.until(isEnd);
		const [hello] = browser.messages;
		expect(await browser.until(isDrawn)).toMatchObject({
			type: "undrawn",
			machine: hello?.type === "hello" ? hello.machine : "",
			reason: expect.stringContaining("not in the store"),
		});
		expect(browser.actors()).toContainEqual(
			expect.objectContaining({ machine: hello?.type === "hello" ? hello.machine : "" }),
		);
	});
});
