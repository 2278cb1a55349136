/** Which tools of MCP servers an agent is offered, and by which names. */
import { expect, it } from "vitest";
import { isOffered, readToolFilter } from "../../adapters/mcp/tool-filter.ts";
import { asks } from "../tools/loop-machine.ts";
import { namesOffered, served, told } from "./mcp-machine.ts";

const table: [text: string, filter: { allow?: string[]; deny?: string[] }, offered: boolean][] = [
	["everything without a filter", {}, true],
	["a tool that is allowed", { allow: ["s:add"] }, true],
	["every tool of a server that is allowed", { allow: ["s:*"] }, true],
	["no other tool than those allowed", { allow: ["s:other", "t:add", "t:*"] }, false],
	["nothing where nothing is allowed", { allow: [] }, false],
	["no tool that is denied", { deny: ["s:add"] }, false],
	["no tool of a server that is denied", { deny: ["s:*"] }, false],
	["no tool that is denied, even where it is allowed", { allow: ["s:add"], deny: ["s:*"] }, false],
	["a tool by its own name only, not by a part of it", { allow: ["s:ad", "add", "*", "*:add", "S:add"] }, false],
];

it.each(table)("offers %s", (_text, { allow, deny = [] }, offered) => {
	expect(isOffered({ allow, deny }, "s", "add")).toBe(offered);
});

it.each([
	[
		"a misspelt list",
		{ tool_filter: { denied: ["s:add"] } },
		"`tool_filter` has no key `denied`, only `allow`, `deny`.",
	],
	["a misspelt filter", { tool_filters: { deny: ["s:add"] } }, "`mcp` has no key `tool_filters`"],
	["a text for a list", { tool_filter: { deny: "s:add" } }, "`deny` of `tool_filter` must be a list"],
	["a list for a filter", { tool_filter: ["s:add"] }, "`tool_filter` must be a map"],
])("refuses %s, rather than offer everything", (_text, mcp, problem) => {
	expect(() => readToolFilter({ servers: {}, ...mcp })).toThrow(problem);
});

it("fails the state whose agent has a misspelt filter, and connects to nothing", async () => {
	await using run = served({ answers: ["ok"], mcp: (s) => ({ servers: { s }, tool_filter: { denied: ["s:add"] } }) });
	expect(await run.machine.run()).toMatchObject({
		status: "failed",
		error: { message: expect.stringContaining("`denied`") },
	});
	expect(run.calls).toEqual([]);
	expect(run.noted()).toEqual([]);
});

it("runs no tool that the filter hides, even where the model knows its name", async () => {
	await using run = served({
		answers: [asks(["add", { a: 1, b: 2 }], ["secret"]), "ok"],
		mcp: (s) => ({ servers: { s }, tool_filter: { allow: ["s:add", "s:wrong"], deny: ["s:wrong"] } }),
	});
	await run.machine.execute();
	expect(run.calls.map(namesOffered)).toEqual([["add"], ["add"]]);
	expect(told(run.calls)).toEqual(["3", "Unknown tool: secret"]);
});

it("offers the first server's tool of two with one name, and says so", async () => {
	await using run = served({
		answers: [asks(["add", { a: 1, b: 2 }]), "ok"],
		mcp: (s) => ({ servers: { one: s, two: s }, tool_filter: { allow: ["one:add", "two:add", "two:wrong"] } }),
	});
	await run.machine.execute();
	expect(run.calls[0] && namesOffered(run.calls[0])).toEqual(["add", "wrong"]);
	expect(run.logged()).toContain("Tool add of MCP server two is left out: the server one has a tool of the same name.");
	expect(run.noted().filter((note) => note.startsWith("start"))).toHaveLength(2);
});

it("prefers tools of the program over those of a server, and runs each where it is", async () => {
	await using run = served({
		answers: [asks(["add", { a: 1, b: 2 }], ["wrong"]), "ok"],
		mcp: (s) => ({ servers: { s }, tool_filter: { allow: ["s:add", "s:wrong"] } }),
		options: {
			tools: {
				getToolDefinitions: () => [{ type: "function", function: { name: "add", description: "mine" } }],
				executeTool: (name) => ({ content: `mine: ${name}` }),
			},
		},
	});
	await run.machine.execute();
	expect(run.calls[0]?.tools).toHaveLength(2);
	expect(told(run.calls)).toEqual(["mine: add", "it went wrong"]);
});
