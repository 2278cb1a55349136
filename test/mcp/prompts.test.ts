/** What prompts see of the tools of MCP servers, and agents that have them without a machine. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { connectMcp, FlatMachine, ToolLoopAgent, validate } from "../../src/index.ts";
import { harness } from "../agents/flatagent-harness.ts";
import { files } from "../cli/files.ts";
import { servedText, stdioEntry } from "./mcp-machine.ts";

function folderWithMcp() {
	const folder = files({ "notes.txt": "" });
	const mcp = {
		servers: { s: stdioEntry(join(folder.path, "notes.txt")) },
		tool_filter: { allow: ["s:add", "s:wrong"] },
		tool_prompt: "{% for tool in tools %}{{ tool.server }}/{{ tool.name }}: {{ tool.description }} {% endfor %}",
	};
	return { folder, mcp };
}

it("tells prompts of the tools, as a list and through tool_prompt, and sends them without a loop, too", async () => {
	const { folder, mcp } = folderWithMcp();
	await using _folder = folder;
	await using h = await harness({ "*": "ok" });
	const machine = new FlatMachine({
		config: {
			spec: "flatmachine",
			spec_version: "4.2.1",
			data: {
				name: "m",
				agents: {
					a: {
						spec: "flatagent",
						data: { model: { provider: "mock", name: "small" }, user: "{{ tools_prompt }}({{ tools | length }})", mcp },
					},
				},
				states: { s: { type: "initial", agent: "a", transitions: [{ to: "done" }] }, done: { type: "final" } },
			},
		},
		mcp: true,
		agents: [flatAgentAdapter({ env: { MOCK_BASE_URL: h.model.url } })],
	});
	expect(await machine.run()).toMatchObject({ status: "done" });
	const { messages, tools } = h.body();
	expect(messages).toContainEqual({ role: "user", content: "s/add: Adds two numbers. s/wrong: Fails. (2)" });
	expect(tools).toMatchObject([{ function: { name: "add" } }, { function: { name: "wrong" } }]);
});

it("gives an agent without a machine the tools of servers that the program connects", async () => {
	const { folder, mcp } = folderWithMcp();
	await using _folder = folder;
	await using h = await harness({ "*": [{ tool_calls: [{ name: "add", arguments: { a: 40, b: 2 } }] }, "It is 42."] });
	await using connected = await connectMcp(mcp);
	expect(connected.tools.map(({ server, name }) => `${server}:${name}`)).toEqual(["s:add", "s:wrong"]);
	const loop = new ToolLoopAgent({ agent: h.agent({ user: "Add." }), tools: connected.provider });
	const { content, messages } = await loop.run();
	expect(content).toBe("It is 42.");
	expect(messages).toContainEqual(expect.objectContaining({ role: "tool", content: "42" }));
});

it("finds what is wrong in tool_prompt when the machine is compiled", () => {
	const found = validate(servedText({ servers: { s: { command: "x" } }, tool_prompt: "{{ tools | }}" }));
	expect(found.map(({ code, path }) => [code, path.at(-1)])).toEqual([["FS5001", "tool_prompt"]]);
});
