import { expect, it } from "vitest";
import { harness, told } from "./harness.ts";

const model = "mock/small";

function handsOver(to: string) {
	return { tool_calls: [{ id: "call_1", name: `transfer_to_${to}`, arguments: {} }] };
}

it("goes to another agent of the machine, and says so", async () => {
	await using mock = await harness([handsOver("billing"), "Paid back."]);
	const machine = mock.machine({
		worker: { type: "openai-agents", config: { model, handoffs: ["billing"] } },
		billing: {
			type: "openai-agents",
			config: { model: "mock/large", instructions: "Money for {{ input.prompt }}.", handoff_description: "Money." },
		},
	});
	const { result, events } = await told(machine);
	expect(result).toMatchObject({ output: { answer: { content: "Paid back.", _agent: "billing" } }, agentCalls: 2 });
	expect(events).toContainEqual(
		expect.objectContaining({
			type: "agent_stream",
			event: { type: "handoff", from: "worker", to: "billing" },
		}),
	);
	expect(JSON.stringify(mock.body().tools)).toContain("Money.");
	expect(mock.body(1)).toMatchObject({
		model: "large",
		messages: [{ role: "system", content: "Money for hi." }, {}, {}, {}],
	});
	expect(mock.model.requests.map(({ headers }) => headers["x-flatstate-agent"])).toEqual(["worker", "billing"]);
});

it("goes to an agent that is written in place, and the answer is held against that agent's output", async () => {
	await using mock = await harness([handsOver("clerk"), { json: { sum: 3 } }]);
	const result = await mock.call({ handoffs: [{ name: "clerk", output: { sum: { type: "int" } } }] });
	expect(result).toMatchObject({
		output: { sum: 3, _agent: "clerk" },
		metadata: { handoffs: [{ from: "worker", to: "clerk" }] },
	});
	expect(mock.body(1)).toMatchObject({ model: "small", response_format: { type: "json_schema" } });
});

it("goes back and forth between agents that name each other", async () => {
	await using mock = await harness([handsOver("other"), handsOver("worker"), "Me again."]);
	const machine = mock.machine({
		worker: { type: "openai-agents", config: { model, handoffs: ["other"] } },
		other: { type: "openai-agents", config: { model, handoffs: ["worker"] } },
	});
	expect(await machine.execute({ prompt: "hi" })).toMatchObject({ answer: { content: "Me again.", _agent: "worker" } });
});

it("does not go to an agent of another type", async () => {
	await using mock = await harness([]);
	const machine = mock.machine({
		worker: { type: "openai-agents", config: { model, handoffs: ["plain"] } },
		plain: { spec: "flatagent", data: { model: { provider: "mock", name: "x" }, user: "x" } },
	});
	await expect(machine.execute({ prompt: "hi" })).rejects.toThrow(
		"it hands over to the agent `plain`, which is of the type `flatagent`",
	);
});
