/** Permissions of tools that are misspelt, of the wrong type or empty: none of them lets a model call more. */
import { describe, expect, it } from "vitest";
import { codexCliAdapter } from "../../adapters/codex-cli/adapter.ts";
import { codingTools } from "../../adapters/coding-tools/index.ts";
import { smolagentsAdapter } from "../../adapters/smolagents/adapter.ts";
import { claudeCodeAdapter, FlatMachine, ToolLoopAgent, tool } from "../../src/index.ts";
import { agentText, asks, machineText, scriptedLoop } from "./loop-machine.ts";

function counted() {
	const ran: string[] = [];
	const other = tool({ name: "other", description: "o", execute: () => String(ran.push("other")) });
	return { ran, other };
}

const loop = (keys: string) => machineText(`${keys}\ntransitions: [{ to: done }]`);

it.each([
	["tool_loop: { allowed_tools: read }", "`allowed_tools` must be a list"],
	["tool_loop: { denied_tools: other }", "`denied_tools` must be a list"],
	["tool_loop: { denied_tools: [null, other] }", "entry 1 of `denied_tools` must be a text"],
	["tool_loop: { allowd_tools: [read] }", "did you mean `allowed_tools`?"],
	["tool_loop: { allowedTools: [read] }", "did you mean `allowed_tools`?"],
	["tool_loop: { allow: [read] }", "`allow` is called `allowed_tools` here"],
	["tool_loop: { deny_tools: [other] }", "`deny_tools` is called `denied_tools` here"],
	["tool_loop: { max_turn: 1 }", "did you mean `max_turns`?"],
	["tools: other", "`tools` must be a list"],
	["tools: [{ name: other, pause: true }]", "`pause` must be a text"],
	["tools: [{ name: other, pause: waits }]", "`pause` must be `wait` or `break`"],
	["tools: [{ name: other, pauses: wait }]", "did you mean `pause`?"],
])("%s is refused before anything runs", (keys, says) => {
	expect(() => scriptedLoop(loop(keys), ["end"], { tools: [counted().other] })).toThrow(says);
});

/** Options as a program without types may give them. */
// biome-ignore lint/suspicious/noExplicitAny: what a checked program could not write is what is tested.
const untyped = (options: object): any => options;

describe("in code", () => {
	const root = import.meta.dirname;
	const agent = { execute: () => "", executeWithTools: () => "" };
	const machine = (codingAgents: object) =>
		new FlatMachine({ config: loop("tools: [other]"), codingAgents: untyped(codingAgents) });

	it.each<[string, () => unknown, string]>([
		["one text", () => loopAgent({ allowedTools: "read" }), "ToolLoopAgent: `allowedTools` must be a list of texts."],
		["one text", () => loopAgent({ deniedTools: "bash" }), "ToolLoopAgent: `deniedTools` must be a list of texts."],
		["null", () => loopAgent({ deniedTools: null }), "`deniedTools` must be a list of texts"],
		["the YAML's key", () => loopAgent({ denied_tools: ["bash"] }), "no option `denied_tools`"],
		["an unknown key", () => loopAgent({ forbidden: ["bash"] }), "no option `forbidden`; the options are agent"],
		["a misspelt question", () => codingTools(untyped({ root, allow: ["bash"], aprove: 1 })), "did you mean `approve`"],
		[
			"no function",
			() => codingTools(untyped({ root, allow: ["bash"], approve: false })),
			"`approve` must be a function",
		],
		["a misspelt list", () => codingTools(untyped({ root, allow: ["read"], ask_for: [] })), "no option `ask_for`"],
		["one text", () => codingTools(untyped({ root, allow: "read" })), "`allow` must be a list of texts"],
		["one text", () => codingTools(untyped({ root, allow: [], asksFor: "read" })), "`asksFor` must be a list of texts"],
		[
			"an unknown level",
			() => machine({ permission: "none" }),
			"codingAgents: `permission` must be `read`, `edit`, `all`.",
		],
		["a misspelt grant", () => machine({ permissions: "read" }), "did you mean `permission`"],
		["one text", () => machine({ folders: "/srv" }), "`folders` must be a list of texts"],
		["a misspelt grant", () => machine({ folder: ["/srv"] }), "did you mean `folders`"],
		["no function", () => machine({ approve: true }), "`approve` must be a function"],
		["an unknown level", () => claudeCodeAdapter(untyped({ permission: "Read" })), "claudeCodeAdapter: `permission`"],
		["an unknown level", () => codexCliAdapter(untyped({ permission: "read-only" })), "codexCliAdapter: `permission`"],
		["a misspelt grant", () => smolagentsAdapter(untyped({ permision: "read" })), "did you mean `permission`"],
	])("%s is refused when it is given: %s", (_what, give, says) => {
		expect(give).toThrow(expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(says) }));
	});

	function loopAgent(options: object) {
		return new ToolLoopAgent({ agent, tools: [], ...untyped(options) });
	}
});

describe("`tools: []`", () => {
	it("offers no tool to a loop, and lets none be called", async () => {
		const { ran, other } = counted();
		const { machine, calls } = scriptedLoop(loop("tool_loop: true\ntools: []"), [asks(["other"]), "end"], {
			tools: [other],
		});
		expect(await machine.run({ task: "t" })).toMatchObject({ status: "done" });
		expect(calls[0]?.tools ?? []).toEqual([]);
		expect(calls[1]?.messages?.at(-1)).toMatchObject({ content: "Tool 'other' is not allowed." });
		expect(ran).toEqual([]);
	});

	it("gives none to an agent with a loop of its own", async () => {
		const { ran, other } = counted();
		const seen: unknown[] = [];
		const machine = new FlatMachine({
			config: loop("tools: []").replace(agentText, "{ type: own }"),
			tools: [other],
			agents: [
				{
					typeName: "own",
					createExecutor: () => ({
						async execute({ machineTools }) {
							seen.push(await machineTools?.definitions());
							seen.push(await machineTools?.call({ id: "1", name: "other", arguments: {} }));
							return "done";
						},
					}),
				},
			],
		});
		expect(await machine.run({ task: "t" })).toMatchObject({ status: "done" });
		expect(seen).toEqual([[], { content: "Tool 'other' is not allowed.", is_error: true }]);
		expect(ran).toEqual([]);
	});
});
