/** MCP servers that cannot be started, die, hang or are not allowed. */
import { expect, it } from "vitest";
import { asks } from "../tools/loop-machine.ts";
import { isRunning, namesOffered, oneLoop, served, told } from "./mcp-machine.ts";

it("refuses servers that nobody has allowed, and starts nothing", async () => {
	await using run = served({ answers: ["never"], options: { mcp: false } });
	const result = await run.machine.run();
	expect(result).toMatchObject({
		status: "failed",
		error: {
			name: "ToolServersNotAllowedError",
			code: "tool_servers_not_allowed",
			message: expect.stringContaining("--allow-mcp"),
		},
	});
	expect(run.calls).toEqual([]);
	expect(run.noted()).toEqual([]);
});

it("refuses a program where only addresses are allowed", async () => {
	await using run = served({ answers: ["never"], options: { mcp: { stdio: false } } });
	expect(await run.machine.run()).toMatchObject({ status: "failed", error: { code: "mcp_not_allowed" } });
	expect(run.noted()).toEqual([]);
});

it("skips a server that cannot be started, says so once, and goes on with the others", async () => {
	await using run = served({
		answers: [asks(["add", { a: 1, b: 2 }]), "a", "b"],
		mcp: (s) => ({
			servers: { gone: { command: "flatstate-no-such-program" }, odd: { server_url: "file:///etc/passwd" }, s },
			tool_filter: { allow: ["s:add"] },
		}),
		states: `
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: second }] }
second: { agent: worker, tool_loop: true, transitions: [{ to: done }] }
done: { type: final }`,
	});
	expect(await run.machine.run()).toMatchObject({ status: "done" });
	expect(run.calls.map(namesOffered)).toEqual([["add"], ["add"], ["add"]]);
	const warnings = run
		.logged()
		.split("\n")
		.filter((line) => line.includes("without the tools of a server"));
	expect(warnings).toHaveLength(2);
	expect(warnings.join("\n")).toMatch(/MCP server "gone": spawn flatstate-no-such-program ENOENT/);
	expect(warnings.join("\n")).toMatch(/MCP server "odd": server_url must be an address that begins with http/);
});

it("tells the model when a server dies in the middle of a call, and goes on", async () => {
	await using run = served({ answers: [asks(["die"], ["add", { a: 1, b: 2 }]), "It died."] });
	expect(await run.machine.execute()).toEqual({ found: "It died." });
	expect(told(run.calls)).toEqual([
		expect.stringMatching(/^Error executing tool 'die': .*MCP server "s": .*Connection closed/),
		expect.stringMatching(/^Error executing tool 'add': .*MCP server "s": /),
	]);
});

it("gives up a server that never speaks, kills it, and goes on without it", async () => {
	await using run = served({
		answers: ["ok"],
		env: { MODE: "silent" },
		mcp: (s) => ({ servers: { s: { ...s, timeout: 0.5 } } }),
	});
	expect(await run.machine.execute()).toEqual({ found: "ok" });
	expect(run.logged()).toMatch(/MCP server "s": .*timed out/i);
	const [start = ""] = run.noted();
	expect(isRunning(start)).toBe(false);
});

it("gives up a call that takes longer than tool_timeout, and tells the server", async () => {
	await using run = served({
		answers: [asks(["hang"]), "ok"],
		states: oneLoop.replace("tool_loop: true", "tool_loop: { tool_timeout: 0.2 }"),
	});
	await run.machine.execute();
	expect(told(run.calls)).toEqual(["Tool 'hang' timed out after 0.2s."]);
	expect(run.noted().slice(1)).toEqual(["hang", "hang was given up", "end"]);
});

it("gives up a call that takes longer than the server's own timeout", async () => {
	await using run = served({
		answers: [asks(["hang"]), "ok"],
		mcp: (s) => ({ servers: { s: { ...s, timeout: 3 } } }),
	});
	await run.machine.execute();
	expect(told(run.calls)).toEqual([expect.stringMatching(/MCP server "s": .*timed out/i)]);
});

it("ends the server when the run is aborted in the middle of a call", async () => {
	await using run = served({ answers: [asks(["hang"]), "never"] });
	const abort = new AbortController();
	const result = await run.machine.run(
		{},
		{ signal: abort.signal, onEvent: (event) => event.type === "tool_start" && abort.abort(new Error("enough")) },
	);
	expect(result).toMatchObject({ status: "stopped", reason: "aborted" });
	expect(isRunning(run.noted()[0] ?? "")).toBe(false);
});

it.each([
	["fails", "fail: { agent: worker }", ""],
	["waits", "park: { wait_for: ok, transitions: [{ to: done }] }", "waiting"],
])("ends the server when the run %s", async (_text, next, status) => {
	const name = next.split(":")[0];
	await using run = served({
		answers: [asks(["add", { a: 1, b: 2 }]), "a"],
		states: `
first: { type: initial, agent: worker, tool_loop: true, transitions: [{ to: ${name} }] }
${next}
done: { type: final }`,
	});
	expect(await run.machine.run()).toMatchObject({ status: status || "failed" });
	expect(run.noted().at(-1)).toBe("end");
	expect(isRunning(run.noted()[0] ?? "")).toBe(false);
});
