/** A state that pauses in the middle of its work is shown as waiting, with its channel, and the page answers it. */
import { expect, it } from "vitest";
import { isEnd, openBrowser } from "./browser.ts";
import { inspected } from "./inspected.ts";

const machine = `
context: { text: null }
states:
  write:
    type: initial
    agent: w
    tools: [{ name: ask_human, pause: wait, description: Asks a person. }]
    output_to_context: { text: output.content }
    transitions: [{ to: done }]
  done: { type: final, output: { text: context.text } }
`;

it("is waiting on its channel, and goes on with what the page sends", async () => {
	const script = [{ tool_calls: [{ id: "1", name: "ask_human", arguments: {} }] }, "Thank you."];
	await using watched = await inspected(machine, { use: ["w"], script });
	await using browser = await openBrowser(watched.inspector.url);
	const running = watched.run({}, { awaitSignals: true });
	await browser.when(() => browser.actors().some(({ status }) => status === "waiting"));
	const channel = "run-1/1/write/tool.ask_human.1.0";
	expect(browser.actors().filter(({ kind }) => kind === "machine")).toMatchObject([
		{ state: "write", status: "waiting", channel },
	]);
	browser.send({ type: "signal", channel, data: "blue" });
	await browser.until(isEnd);
	expect(await running).toMatchObject({ status: "done", output: { text: "Thank you." } });
	expect(browser.actors().find(({ kind }) => kind === "machine")).toMatchObject({ status: "done" });
});
