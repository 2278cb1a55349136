/** The built page in a real browser, shown recorded runs. Pictures are in `test/output/page`. */
import { describe, expect, it } from "vitest";
import { browserPages, patience } from "./browser-page.ts";
import { pictureFile, whyNoBrowser } from "./chromium.ts";
import { PageServer } from "./page-server.ts";
import {
	actorRow,
	actorTree,
	button,
	context,
	eventually,
	litStates,
	result,
	runStatus,
	slider,
	totals,
} from "./page-view.ts";
import { longMachine, roundTrip, waitingForApproval } from "./sample-runs.ts";

const reason = whyNoBrowser();

describe.skipIf(reason !== undefined)(
	`the page in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`,
	{ timeout: 2 * patience.timeout },
	() => {
		const open = browserPages();

		it("shows a finished run: the lit state, the children, the output and the totals", async () => {
			await using server = await PageServer.start((await roundTrip()).messages);
			const page = await open(server.url);
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => litStates(page)).toEqual(["done"]);
			await eventually(() => page.locator(".state-box.passed > .label").allInnerTexts()).toEqual([
				"ask_for_each_stop",
				"done",
				"ask",
				"done",
			]);
			await eventually(() => page.locator(".react-flow__edge-path.route.last").count()).toBe(1);
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(4);
			await eventually(() => result(page).innerText()).toContain("Jump into the river");
			expect((await totals(page).innerText()).replace(/\s+/g, " ")).toBe("steps 8 calls 3 cost $0.0012 time 136 ms");
			await page.screenshot({ path: pictureFile("finished") });
			await result(page).getByRole("button", { name: "Output" }).click();
			await eventually(() => page.getByRole("tree", { name: "Output of the run" }).innerText()).toContain("City 2");
		});

		it("shows a child's own diagram, state and context when it is chosen", async () => {
			await using server = await PageServer.start((await roundTrip({ children: 4, finished: 2 })).messages);
			const page = await open(server.url);
			await actorRow(page, "guide 3").click();
			await eventually(() => litStates(page)).toEqual(["ask"]);
			await eventually(() => page.locator(".state-box > .label").allInnerTexts()).toEqual(["ask", "done"]);
			await eventually(() => context(page).innerText()).toContain("City 3");
			await actorRow(page, "guide 0").click();
			await eventually(() => litStates(page)).toEqual(["done"]);
			await eventually(() => context(page).locator(".member.changed").allInnerTexts()).toHaveLength(1);
			await eventually(() => context(page).locator(".member.changed").innerText()).toContain("was null");
			await actorRow(page, "round-trip").click();
			await eventually(() => page.locator(".badge.standing").allInnerTexts()).toEqual(["2 here"]);
		});

		it("goes through time with the slider, its buttons and keys, and comes back", async () => {
			await using server = await PageServer.start((await roundTrip({ mode: "stored" })).messages);
			const page = await open(server.url);
			await eventually(() => litStates(page)).toEqual(["done"]);
			await eventually(() => button(page, "Pause").count()).toBe(0);
			await slider(page).fill("0");
			await eventually(() => litStates(page)).toEqual(["ask_for_each_stop"]);
			await eventually(() => context(page).innerText()).toMatch(/tips\s*null/);
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(1);
			await page.getByRole("checkbox", { name: "all machines" }).check();
			await button(page, "Step on (])").click();
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(4);
			await eventually(() => slider(page).getAttribute("aria-valuetext")).toBe("2 of 8: guide 0 · ask");
			await page.screenshot({ path: pictureFile("time-travel") });
			await button(page, "Latest").click();
			await eventually(() => litStates(page)).toEqual(["done"]);
			await page.keyboard.press("[");
			await eventually(() => litStates(page)).toEqual(["ask_for_each_stop"]);
			await page.keyboard.press("l");
			await eventually(() => litStates(page)).toEqual(["done"]);
		});

		it("follows a run live", async () => {
			const { messages } = await roundTrip();
			await using server = await PageServer.start(messages.slice(0, 8));
			const page = await open(server.url);
			await eventually(() => litStates(page)).toContain("ask_for_each_stop");
			await eventually(() => runStatus(page).innerText()).toBe("Running");
			server.tell(...messages.slice(8));
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => litStates(page)).toEqual(["done"]);
		});

		it("holds a run, lets it step and go on", async () => {
			await using server = await PageServer.start((await roundTrip({ finished: 1 })).messages);
			const page = await open(server.url);
			expect(await button(page, "Step").isDisabled()).toBe(true);
			await button(page, "Pause").click();
			server.tell({ type: "paused", isPaused: true });
			await eventually(() => runStatus(page).innerText()).toBe("Paused");
			await button(page, "Step").click();
			await page.keyboard.press("s");
			await button(page, "Continue").click();
			await eventually(() => server.received).toEqual([
				{ type: "pause" },
				{ type: "step" },
				{ type: "step" },
				{ type: "continue" },
			]);
		});

		it("sends a signal to the machine that waits, once the data is JSON", async () => {
			await using server = await PageServer.start((await waitingForApproval()).messages);
			const page = await open(server.url, { colorScheme: "dark" });
			await eventually(() => result(page).innerText()).toContain("Waits for a signal on approval/On Kettles");
			await page.screenshot({ path: pictureFile("waiting-dark") });
			await result(page).getByRole("button", { name: "Send signal" }).click();
			const dialog = page.getByRole("dialog");
			expect(await dialog.getByLabel("Channel").inputValue()).toBe("approval/On Kettles");
			await dialog.getByLabel("Data").fill("{approved: true}");
			await button(page, "Send").click();
			await eventually(() => dialog.getByRole("alert").innerText()).toContain("This is no JSON");
			await page.screenshot({ path: pictureFile("signal-dark") });
			expect(server.received).toEqual([]);
			await dialog.getByLabel("Data").fill('{"approved": true}');
			await page.keyboard.press("Tab");
			await button(page, "Send").click();
			await eventually(() => server.received).toEqual([
				{ type: "signal", channel: "approval/On Kettles", data: { approved: true } },
			]);
			await eventually(() => dialog.count()).toBe(0);
			server.tell({ type: "notice", level: "error", text: "Nobody waits on this channel." });
			await eventually(() => page.getByRole("alert").innerText()).toBe("Nobody waits on this channel.");
			await button(page, "Close the notice").click();
			await eventually(() => page.getByRole("alert").count()).toBe(0);
		});

		it("shows 10,000 children without putting them all into the document", async () => {
			const { messages } = await roundTrip({ children: 10_000, finished: 4000 });
			await using server = await PageServer.start(messages);
			const page = await open(server.url);
			const shown = page.getByRole("region", { name: "Actors" }).locator(".panel-head .count");
			await eventually(() => shown.innerText()).toBe("10,001");
			await eventually(() => page.locator(".badge.standing").allInnerTexts()).toEqual(["6,000 here"]);
			await eventually(() => page.locator(".row").count()).toBeLessThan(200);
			await actorTree(page).focus();
			await page.keyboard.press("End");
			await eventually(() => actorRow(page, "guide 9999").getAttribute("aria-selected")).toBe("true");
			await eventually(() => litStates(page)).toEqual(["ask"]);
			await page.getByRole("searchbox", { name: "Filter actors" }).fill("guide 777");
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(12);
			await page.screenshot({ path: pictureFile("ten-thousand") });
			const turn = await page.evaluate(
				"new Promise((done) => { const start = performance.now(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))); })",
			);
			expect(turn).toBeLessThan(5000);
		});

		it("stays at hand while 5,000 children with 20,000 events are told", async () => {
			const { messages } = await roundTrip({ children: 5000 });
			const more = Array.from({ length: 40 }, (_, batch) => ({
				type: "events" as const,
				events: Array.from({ length: 250 }, (_, n) => ({ at: batch, actor: `child.${n}`, event: `retry ${n}` })),
			}));
			await using server = await PageServer.start(messages.slice(0, 20));
			const page = await open(server.url);
			await eventually(() => runStatus(page).innerText()).toBe("Running");
			await page.evaluate(
				"window.turns = []; { let last = performance.now(); const look = () => { const now = performance.now(); turns.push(now - last); last = now; requestAnimationFrame(look); }; requestAnimationFrame(look); }",
			);
			const rest = [...messages.slice(20), ...more];
			for (let at = 0; at < rest.length; at += 500) {
				server.tell(...rest.slice(at, at + 500));
				// The server's messages come in between the page's pictures, as those of a run do.
				await new Promise((resolve) => setImmediate(resolve));
			}
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => page.getByRole("tab", { name: /Events/ }).innerText()).toMatch(/20,000/);
			const turns = await page.evaluate("turns.sort((a, b) => a - b)[Math.floor(turns.length * 0.9)]");
			expect(turns).toBeLessThan(500);
			const tools = await page.context().newCDPSession(page);
			await tools.send("HeapProfiler.collectGarbage");
			const { usedSize } = await tools.send("Runtime.getHeapUsage");
			expect(usedSize).toBeLessThan(100_000_000);
			await eventually(() => page.locator(".row").count()).toBeLessThan(200);
		});

		it("shows a machine of 200 states from where it stands, large enough to read, and follows it", async () => {
			await using server = await PageServer.start((await longMachine(200)).messages);
			const page = await open(server.url);
			await eventually(() => litStates(page)).toEqual(["s190"]);
			const box = await page.locator(".state-box.current").boundingBox();
			expect(box?.height).toBeGreaterThan(20);
			await page.screenshot({ path: pictureFile("two-hundred-states") });
			await slider(page).fill("0");
			await eventually(() => litStates(page)).toEqual(["s0"]);
			await eventually(async () => (await page.locator(".state-box.current").boundingBox())?.y).toBeGreaterThan(50);
			await button(page, "Show all").click();
			await eventually(() => page.locator(".state-box").count()).toBe(200);
		});

		it("shows everything else while the picture is drawn, and says why there will be none", async () => {
			const { messages } = await roundTrip();
			const pictures = messages.filter(({ type }) => type === "diagram");
			await using server = await PageServer.start(messages.filter(({ type }) => type !== "diagram"));
			const page = await open(server.url);
			const diagram = page.getByRole("region", { name: /^Diagram/ });
			await eventually(() => diagram.innerText()).toBe("The picture is being drawn…");
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(4);
			await eventually(() => context(page).innerText()).toContain("City 2");
			const [first] = pictures;
			if (first?.type !== "diagram") throw new Error("nothing was drawn");
			const reason = "A machine of 1000 states and 3000 arrows is too large to be laid out.";
			server.tell({ type: "undrawn", machine: first.machine, reason });
			await eventually(() => diagram.innerText()).toContain(reason);
			await page.screenshot({ path: pictureFile("undrawn") });
			server.tell(...pictures);
			await eventually(() => litStates(page)).toEqual(["done"]);
		});

		it("shows the calls with what was asked and answered, and filters them", async () => {
			await using server = await PageServer.start((await roundTrip({ children: 5, finished: 4 })).messages);
			const page = await open(server.url);
			const calls = page.getByRole("listbox", { name: "Agent calls" });
			await eventually(() => calls.getByRole("option").count()).toBe(5);
			await calls.getByRole("option").first().click();
			const detail = page.getByRole("region", { name: "The chosen call" });
			await eventually(() => detail.innerText()).toContain("You are a local guide.\n\nCity 0, swimming?");
			await eventually(() => detail.getByRole("tree", { name: "Answer" }).innerText()).toContain(
				"old bridge of City 0",
			);
			await page.getByRole("searchbox", { name: "Filter agent calls" }).fill("city 3");
			await eventually(() => calls.getByRole("option").count()).toBe(1);
			await page.getByRole("tab", { name: /Events/ }).click();
			await page.getByRole("searchbox", { name: "Filter events" }).fill("xstate.done");
			await eventually(() => page.getByRole("listbox", { name: "Events" }).getByRole("option").count()).toBe(4);
		});

		it("shows an agent's call when the agent is chosen, and marks one that has failed", async () => {
			const { messages } = await roundTrip({ children: 2, finished: 1 });
			const agent = { id: "call.0", parent: "child.0", name: "guide", kind: "agent", startedAt: 0 } as const;
			await using server = await PageServer.start(messages);
			server.tell(
				{
					type: "actors",
					actors: [
						{ ...agent, status: "done" },
						{ ...agent, id: "bad", status: "done" },
					],
				},
				{
					type: "call",
					id: "bad",
					actor: "child.0",
					state: "ask",
					agent: "guide",
					at: 1,
					endedAt: 2,
					error: "429 Too many",
				},
			);
			const page = await open(server.url);
			await page.getByRole("tab", { name: /Events/ }).click();
			const agents = actorTree(page).locator("[aria-level='3']");
			await agents.first().click();
			const detail = page.getByRole("region", { name: "The chosen call" });
			await eventually(() => detail.innerText()).toContain("City 0, swimming?");
			await eventually(() => agents.last().innerText()).toContain("failed");
			await agents.last().click();
			await eventually(() => detail.innerText()).toContain("429 Too many");
		});

		it("can be used with the keyboard, and its panels are sized with keys and pointer", async () => {
			await using server = await PageServer.start((await roundTrip()).messages);
			const page = await open(server.url);
			await eventually(() => litStates(page)).toEqual(["done"]);
			await actorTree(page).focus();
			await page.keyboard.press("ArrowDown");
			await eventually(() => actorRow(page, "guide 0").getAttribute("aria-selected")).toBe("true");
			await page.keyboard.press("ArrowLeft");
			await eventually(() => actorRow(page, "round-trip").getAttribute("aria-selected")).toBe("true");
			await page.keyboard.press("ArrowLeft");
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(1);
			await page.keyboard.press("ArrowRight");
			await eventually(() => actorTree(page).getByRole("treeitem").count()).toBe(4);
			await context(page).focus();
			await page.keyboard.press("ArrowDown");
			const stops = context(page).getByRole("treeitem", { name: "stops", exact: false }).first();
			await eventually(() => stops.getAttribute("aria-expanded")).toBe("true");
			await page.keyboard.press("Enter");
			await eventually(() => stops.getAttribute("aria-expanded")).toBe("false");
			const line = page.getByRole("separator", { name: "Width of the actors" });
			const before = Number(await line.getAttribute("aria-valuenow"));
			await line.focus();
			await page.keyboard.press("ArrowRight");
			await eventually(async () => Number(await line.getAttribute("aria-valuenow"))).toBe(before + 16);
			const box = await line.boundingBox();
			if (box === null) throw new Error("The line is not to be seen.");
			await page.mouse.move(box.x + box.width / 2, box.y + 100);
			await page.mouse.down();
			await page.mouse.move(box.x + box.width / 2 + 60, box.y + 120, { steps: 4 });
			await page.mouse.up();
			await eventually(async () => Number(await line.getAttribute("aria-valuenow"))).toBe(before + 76);
		});

		it("keeps what it shows when the connection is lost, and takes up the run again", async () => {
			const { messages } = await roundTrip();
			const server = await PageServer.start(messages.slice(0, 8));
			const page = await open(server.url, { mayLoseServer: true });
			await eventually(() => runStatus(page).innerText()).toBe("Running");
			await server[Symbol.asyncDispose]();
			await eventually(() => page.locator(".connection.lost").count()).toBe(1);
			expect(await litStates(page)).toContain("ask_for_each_stop");
			expect(await button(page, "Pause").isDisabled()).toBe(true);
			await using again = await PageServer.start(messages, server);
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			await eventually(() => page.locator(".connection.lost").count()).toBe(0);
			expect(again.received).toEqual([]);
		});

		it("says so when it cannot understand what the server tells", async () => {
			await using server = await PageServer.start((await roundTrip()).messages);
			const page = await open(server.url, { mayFail: true });
			await eventually(() => runStatus(page).innerText()).toBe("Done");
			server.tellText('{ "type": "actors", "actors": [null] }');
			await eventually(() => page.getByRole("alert").innerText()).toContain("The page has failed");
			expect(await button(page, "Load it again").isEnabled()).toBe(true);
		});

		it("shows texts of machines and models as texts", async () => {
			const text = `<img src="x" onerror="document.title='owned'"><b>bold</b>`;
			const { messages } = await roundTrip({ finished: 1 });
			const told = messages.map((message) => {
				if (message.type === "hello") return { ...message, name: text };
				if (message.type === "frame") return { ...message, context: { ...message.context, [text]: { [text]: text } } };
				if (message.type !== "diagram") return message;
				const nodes = message.diagram.nodes.map((node) => ({ ...node, label: text, lines: [text], title: text }));
				const edges = message.diagram.edges.map((edge) => ({ ...edge, title: text }));
				return { ...message, diagram: { ...message.diagram, title: text, nodes, edges } };
			});
			await using server = await PageServer.start([...told, { type: "end", status: "failed", error: text }]);
			server.tell(
				{
					type: "actors",
					actors: [{ id: "x", parent: "root", name: text, kind: "agent", status: "error", startedAt: 0, error: text }],
				},
				{ type: "call", id: "x", actor: "x", state: text, agent: text, at: 0, prompt: text, answer: { [text]: text } },
				{ type: "events", events: [{ at: 0, actor: "x", event: text, data: text }] },
				{ type: "notice", level: "info", text },
			);
			const page = await open(server.url);
			await eventually(() => result(page).innerText()).toContain(text);
			await page.getByRole("listbox", { name: "Agent calls" }).getByRole("option").last().click();
			await eventually(() => page.getByRole("region", { name: "The chosen call" }).innerText()).toContain(text);
			await eventually(() => page.locator(".state-box.current > .label").first().innerText()).toBe(text);
			await eventually(() => context(page).innerText()).toContain(text);
			expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(text);
			await eventually(() => page.locator("img, b").count()).toBe(0);
			expect(await page.title()).not.toBe("owned");
			await page.screenshot({ path: pictureFile("failed") });
		});

		it.each([
			[700, 900],
			[900, 700],
			[1280, 800],
			[2560, 1300],
		])("fits into a window of %i × %i pixels", async (width, height) => {
			await using server = await PageServer.start((await waitingForApproval()).messages);
			const page = await open(server.url, { width, height });
			await eventually(() => litStates(page)).toEqual(["ask"]);
			const overflow = await page.evaluate(
				"document.documentElement.scrollWidth - innerWidth + document.documentElement.scrollHeight - innerHeight",
			);
			expect(overflow).toBe(0);
			for (const part of [
				runStatus(page),
				totals(page),
				slider(page),
				context(page),
				actorTree(page),
				button(page, "Pause"),
				button(page, "Signal"),
				button(page, "Live"),
			]) {
				const box = await part.boundingBox();
				expect(box !== null && box.x >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(true);
			}
			const lit = await page.locator(".state-box.current").boundingBox();
			expect(lit !== null && lit.width > 20).toBe(true);
			// Nothing is cut off by what holds it; texts stay within their boxes.
			for (const holder of [".page-head", ".timeline", ".panel-head", ".state-box"]) {
				const cut = await page
					.locator(holder)
					.evaluateAll((parts) => parts.filter((part) => part.scrollWidth > part.clientWidth).length);
				expect(cut, holder).toBe(0);
			}
			await page.screenshot({ path: pictureFile(`window-${width}`) });
		});
	},
);
