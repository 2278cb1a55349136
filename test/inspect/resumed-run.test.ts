import { expect, it } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { FlatMachine, openStore } from "../../src/index.ts";
import { inspectMachine } from "../../src/inspect.ts";
import { documentOf } from "../runtime/flat.ts";
import { isEnd, openBrowser } from "./browser.ts";

const waiting = `
context: { first: null, said: null }
states:
  start: { type: initial, transitions: [{ to: ask }] }
  ask: { agent: w, output_to_context: { first: "{{ output.content }}" }, transitions: [{ to: wait }] }
  wait: { wait_for: go, output_to_context: { said: "{{ output.text }}" }, transitions: [{ to: done }] }
  done: { type: final, output: { said: "{{ context.said }}" } }
`;

it("shows a resumed execution from where it goes on", async () => {
	await using store = await openStore("memory:");
	const config = documentOf(waiting, { use: ["w"] });
	await using machine = new FlatMachine({ config, store, script: { w: "hello" } });
	await machine.run({}, { executionId: "e" });
	await using inspector = await inspectMachine(machine, { executionId: "e", redaction: { environment: {} } });
	await using browser = await openBrowser(inspector.url);
	const running = machine.resume("e", inspector.runOptions);
	await browser.when(() => browser.actors().some(({ status, channel }) => status === "waiting" && channel === "go"));
	expect(browser.frames().map(({ state, step }) => [state, step])).toEqual([["wait", 3]]);
	browser.send({ type: "signal", channel: "go", data: { text: "now" } });
	inspector.ended(await running);
	expect(await browser.until(isEnd)).toMatchObject({ status: "done", output: { said: "now" } });
	expect(browser.frames().map(({ state, changed }) => [state, changed])).toEqual([
		["wait", []],
		["done", [["said"]]],
	]);
	expect(browser.actors()).toMatchObject([{ executionId: "e", status: "done", parent: null }]);
	expect(browser.actors()[0]?.channel).toBeUndefined();
});

it("shows a run that stops at a limit, and one whose children are given up", async () => {
	const race = `
machines: { fast: ./fast.yml, slow: ./slow.yml }
states:
  start: { type: initial, machine: [fast, slow], mode: any, transitions: [{ to: again }] }
  again: { agent: w, transitions: [{ to: again }] }
`;
	const child = (agent: string) =>
		documentOf(
			`states:\n  start: { type: initial, agent: ${agent}, transitions: [{ to: done }] }\n  done: { type: final, output: { by: ${agent} } }`,
			{ use: ["w", "never"] },
		);
	await using machine = new FlatMachine({
		config: documentOf(race, { use: ["w"] }),
		dir: "/",
		loader: memoryLoader({ "/fast.yml": child("w"), "/slow.yml": child("never") }),
		script: { w: "x", never: () => new Promise<never>(() => undefined) },
	});
	await using inspector = await inspectMachine(machine, { executionId: "e", redaction: { environment: {} } });
	await using browser = await openBrowser(inspector.url);
	inspector.ended(await machine.run({}, { ...inspector.runOptions, maxSteps: 4 }));
	expect(await browser.until(isEnd)).toMatchObject({ status: "stopped", error: expect.stringContaining("max_steps") });
	const statuses = browser.actors().map(({ name, status }) => `${name} ${status}`);
	expect(statuses).toEqual(expect.arrayContaining(["test stopped", "fast done", "slow stopped", "never stopped"]));
	expect(browser.calls().find(({ agent }) => agent === "never")).toMatchObject({ error: "given up" });
});
