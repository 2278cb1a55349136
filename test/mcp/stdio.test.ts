/** MCP servers that are programs, as tools of a loop: real processes, one for each server and run. */
import { expect, it } from "vitest";
import { asks } from "../tools/loop-machine.ts";
import { isRunning, namesOffered, served, told } from "./mcp-machine.ts";

it("offers the tools of a server, runs them there, and ends the server with the run", async () => {
	await using run = served({ answers: [asks(["add", { a: 1, b: 2 }]), "It is 3."] });
	expect(await run.machine.execute()).toEqual({ found: "It is 3." });
	expect(run.calls[0]?.tools?.[0]).toEqual({
		type: "function",
		function: {
			name: "add",
			description: "Adds two numbers.",
			parameters: expect.objectContaining({ type: "object", required: ["a", "b"] }),
		},
	});
	expect(told(run.calls)).toEqual(["3"]);
	const [start = "", ...rest] = run.noted();
	expect(rest).toEqual(["add 1 2", "end"]);
	expect(isRunning(start)).toBe(false);
});

it("tells the model of arguments that do not fit, without asking the server", async () => {
	await using run = served({ answers: [asks(["add", { a: 1 }]), "ok"] });
	await run.machine.execute();
	expect(told(run.calls)).toEqual([expect.stringContaining("must have required property 'b'")]);
	expect(run.noted()).toEqual([expect.stringMatching(/^start/), "end"]);
});

it("starts one server for all states, agents and children of a run, and another one for the next run", async () => {
	await using run = served({
		answers: [
			asks(["add", { a: 1, b: 1 }]),
			"a",
			asks(["add", { a: 2, b: 2 }]),
			"b",
			asks(["add", { a: 3, b: 3 }]),
			"c",
			asks(["add", { a: 4, b: 4 }]),
			"d",
		],
		states: `
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: second }] }
second: { agent: worker, tool_loop: true, transitions: [{ to: done }] }
done: { type: final }`,
	});
	await run.machine.execute();
	expect(run.noted()).toEqual([expect.stringMatching(/^start/), "add 1 1", "add 2 2", "end"]);
	await run.machine.execute();
	expect(run.noted().slice(4)).toEqual([expect.stringMatching(/^start/), "add 3 3", "add 4 4", "end"]);
});

it("gives a server no variables but those of its entry and what every program needs", async () => {
	process.env.FLATSTATE_TEST_API_KEY = "sk-of-a-provider";
	await using run = served({ answers: [asks(["environment"]), "ok"], env: { OWN: "x" } });
	await run.machine.execute();
	const names = String(told(run.calls)[0]).split(" ");
	expect(names).toContain("OWN");
	expect(
		names.filter((name) => !["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "OWN", "LOG"].includes(name)),
	).toEqual([]);
});

it("tells texts, names pictures, and gives structured content as JSON", async () => {
	await using run = served({ answers: [asks(["rich"], ["wrong"], ["dotted_name"]), "ok"] });
	const ends: unknown[] = [];
	await run.machine.run({}, { onEvent: (event) => event.type === "tool_end" && ends.push(event.isError) });
	expect(told(run.calls)).toEqual([
		'a picture:\n[image, image/png, 7 bytes]\na memo\n[resource second memo: memo://2]\n{"degrees":7}',
		"it went wrong",
		"dotted",
	]);
	expect(ends).toEqual([false, true, false]);
});

it("bounds what a tool gives", async () => {
	await using run = served({ answers: [asks(["large"]), "ok"] });
	await run.machine.execute();
	expect(told(run.calls)).toEqual([`${"x".repeat(100_000)}\n… [50000 more characters]`]);
});

it("offers tools that a server adds, from the next loop on", async () => {
	await using run = served({
		answers: [asks(["grow"]), "a", asks(["grown"]), "b"],
		states: `
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: second }] }
second: { agent: worker, tool_loop: true, transitions: [{ to: done }] }
done: { type: final }`,
	});
	await run.machine.execute();
	expect(run.calls.map((call) => namesOffered(call).includes("grown"))).toEqual([false, false, true, true]);
	expect(told(run.calls)).toEqual(["I am new"]);
});
