/** Spans of tool calls: one for each, with content only when asked for, and none for what an earlier life has finished. */
import { SpanStatusCode } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { tool } from "../../runtime/tools/tool.ts";
import { recording, traced } from "./traced.ts";

const data = `
states:
  ask: { type: initial, agent: a, tool_loop: true, transitions: [{ to: end }] }
  end: { type: final, output: {} }
`;

const weather = tool({
	name: "weather",
	description: "The weather of a city.",
	parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
	execute: ({ city }) => {
		if (city === "Atlantis") throw new Error("No such city.");
		return "rain";
	},
});

const script = {
	a: [
		{
			tool_calls: [
				{ id: "1", name: "weather", arguments: { city: "Oslo" } },
				{ id: "2", name: "weather", arguments: { city: "Atlantis" } },
			],
		},
		"It rains.",
	],
};

it("stand beside the calls of the agent, below the state; one that failed has the error's status", async () => {
	const record = recording();
	await traced(data, record.telemetry, { use: ["a"], script, tools: [weather] }).execute();
	expect(record.tree().split("\n")).toEqual([
		"invoke_workflow test",
		"  state ask",
		"    invoke_agent a",
		"    execute_tool weather",
		"    execute_tool weather",
		"    invoke_agent a",
		"  state end",
	]);
	const calls = record.spans().filter(({ name }) => name === "execute_tool weather");
	expect(calls.map(({ attributes }) => attributes["gen_ai.tool.call.id"])).toEqual(["1", "2"]);
	expect(calls.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
	expect(await record.text()).not.toMatch(/Oslo|Atlantis|rain|No such city/);
});

it("have arguments and results where content is asked for", async () => {
	const record = recording({ content: true });
	await traced(data, record.telemetry, { use: ["a"], script, tools: [weather] }).execute();
	const [first, second] = record.spans().filter(({ name }) => name === "execute_tool weather");
	expect(first?.attributes).toMatchObject({
		"gen_ai.tool.call.arguments": '{"city":"Oslo"}',
		"gen_ai.tool.call.result": '"rain"',
	});
	expect(second?.status.message).toContain("No such city.");
});
