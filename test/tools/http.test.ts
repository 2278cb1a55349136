/** A tool loop of a flatagent against the embedded model server: what goes over the wire, and what comes of it. */
import { expect, it } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine, type FlatMachineOptions, tool } from "../../src/index.ts";

const weather = tool({
	name: "weather",
	description: "The weather in a city.",
	parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
	execute: ({ city }) => ({ city, degrees: 21 }),
});

const config = (model = "", loop = "true", agent = "") => `
spec: flatmachine
data:
  name: m
  context: { found: null }
  agents:
    guide:
      spec: flatagent
      data:
        model: { provider: mock, name: small${model} }
        system: Be short.
        user: "What is it like in {{ input.city }}?"
        post_history_instructions: Answer in English.${agent}
  states:
    ask:
      type: initial
      agent: guide
      input: { city: input.city }
      tool_loop: ${loop}
      output_to_context: { found: output.content, stop: output._tool_loop_stop, cost: output._tool_loop_cost }
      on_error: broken
      transitions: [{ to: done }]
    broken: { type: final, output: { error: context.last_error, turns: context._tool_loop_turns } }
    done: { type: final, output: { found: context.found, stop: context.stop, cost: context.cost } }
`;

async function run(script: MockScript, text = config(), options: Partial<FlatMachineOptions> = {}) {
	await using model = await startMockModel({ script });
	const machine = new FlatMachine({
		config: text,
		tools: [weather],
		agents: [flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } })],
		...options,
	});
	const events: unknown[] = [];
	const result = await machine.run({ city: "Oslo" }, { onEvent: (event) => events.push(event) });
	const bodies: readonly Readonly<Record<string, unknown>>[] = model.requests.map(({ body }) => body);
	const keys = model.requests.map(({ headers }) => String(headers["idempotency-key"]).split("/").at(-1));
	return { result, bodies, keys, events };
}

const asking = (args: string | Readonly<Record<string, unknown>>) => ({
	tool_calls: [{ name: "weather", arguments: args }],
});

it.each([
	["at once", ""],
	["streamed", ", stream: true"],
])("goes through %s", async (_how, model) => {
	const script = [{ content: "Let me see.", ...asking({ city: "Oslo" }) }, "Mild: 21 degrees."];
	const { result, bodies, keys, events } = await run(script, config(model));
	expect(result).toMatchObject({
		status: "done",
		output: { found: "Mild: 21 degrees.", stop: "complete" },
		agentCalls: 2,
	});
	expect(result.cost).toBeGreaterThan(0);
	expect(bodies[0]).toMatchObject({ tools: [weather.definition] });
	const asked = { role: "user", content: "What is it like in Oslo?" };
	expect(bodies[0]?.messages).toEqual([
		{ role: "system", content: "Be short." },
		{ role: "user", content: `${asked.content}\n\nSystem:\n\nAnswer in English.` },
	]);
	expect(bodies[1]?.messages).toEqual([
		{ role: "system", content: "Be short." },
		asked,
		{
			role: "assistant",
			content: "Let me see.",
			tool_calls: [{ id: "call_0", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } }],
		},
		{
			role: "tool",
			tool_call_id: "call_0",
			content: '{"city":"Oslo","degrees":21}\n\nSystem:\n\nAnswer in English.',
		},
	]);
	expect(keys).toEqual(["turn.1", "turn.2"]);
	expect(events.filter((event) => Reflect.get(Object(event), "type") === "agent_stream").length > 0).toBe(model !== "");
});

it.each([
	["no JSON", "{oslo", "no JSON object"],
	["a list", "[1]", "no JSON object"],
	["of a wrong type", { city: 5 }, "arguments/city must be string"],
	["too few", {}, "arguments must have required property 'city'"],
])("arguments that are %s go back to the model as an error of the tool", async (_what, args, says) => {
	const { result, bodies } = await run([asking(args), "Sorry."]);
	expect(result).toMatchObject({ status: "done", output: { found: "Sorry." } });
	const messages = bodies[1]?.messages;
	const [call, told] = Array.isArray(messages) ? messages.slice(-2) : [];
	expect(told.content).toContain(says);
	// The model sees what it wrote.
	expect(call.tool_calls[0].function.arguments).toBe(typeof args === "string" ? args : JSON.stringify(args));
});

it("offers the tools of the agent's file beside those of the machine, whose definitions win", async () => {
	const own = `
        tools:
          - { type: function, function: { name: weather, description: another } }
          - { type: function, function: { name: time, parameters: { type: object } } }`;
	const script = [{ tool_calls: [{ name: "time" }] }, "It is late."];
	const { bodies } = await run(script, config("", "true", own));
	expect(bodies[0]?.tools).toEqual([
		weather.definition,
		{ type: "function", function: { name: "time", parameters: { type: "object" } } },
	]);
	expect(JSON.stringify(bodies[1]?.messages)).toContain("Unknown tool: time");
});

it("offers the tools of a bundle's prompt, too", async () => {
	const text = config().replace(
		/data:\n {8}model[\s\S]*?English\./,
		`data:
        profile: { spec: flatprofile, data: { model_profiles: { small: { provider: mock, name: small } } } }
        prompt: { user: hi, tools: [{ type: function, function: { name: time } }] }`,
	);
	const { bodies } = await run(["ok"], text);
	expect(bodies[0]?.tools).toMatchObject([weather.definition, { function: { name: "time" } }]);
});

it("tells the model that nothing can run its tool where there is no provider", async () => {
	const { bodies } = await run([asking({ city: "Oslo" }), "ok"], config(), { tools: undefined });
	expect(JSON.stringify(bodies[1]?.messages)).toContain("no tool provider configured");
});

it("fails as any agent call where the provider fails, with the turns that were made", async () => {
	const { result } = await run([asking({ city: "Oslo" }), { status: 400, error: { message: "no" } }]);
	expect(result).toMatchObject({
		output: { error: expect.stringContaining("BadRequestError"), turns: 2 },
		agentCalls: 1,
	});
});

it("sends no tools and JSON mode as ever in its last call after a limit", async () => {
	const script = [asking({ city: "Oslo" }), "At last."];
	const { result, bodies } = await run(script, config("", "{ max_turns: 1 }"));
	expect(result).toMatchObject({ output: { found: "At last.", stop: "max_turns" } });
	expect(bodies[1]).not.toHaveProperty("tools");
});
