/** A machine with one state, whose agent is of the type `openai-agents` and asks a mock model over HTTP. */

import { RateGates } from "../../adapters/flatagent/shared-gates.ts";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { type OpenAiAgentsAdapterOptions, openAiAgentsAdapter } from "../../adapters/openai-agents/index.ts";
import type { AgentCall, AgentExecutor, AgentResult } from "../../runtime/agents/agent.ts";
import { coerceAgentResult } from "../../runtime/agents/result.ts";
import { FlatMachine, type RunEvent, type RunResult, type ServiceOptions } from "../../src/index.ts";

type Data = Readonly<Record<string, unknown>>;

export interface Harness extends AsyncDisposable {
	readonly model: MockModel;
	/** Makes an agent called `worker`. */
	agent(config?: Data, options?: OpenAiAgentsAdapterOptions): Promise<AgentExecutor>;
	/** Calls such an agent with `{prompt: hi}`. */
	call(config?: Data, call?: Partial<AgentCall>): Promise<AgentResult>;
	/** A machine whose state `serve` calls the agent `worker`; its output is that of the agent. */
	machine(agents: Data, options?: MachineOptions): FlatMachine;
	/** The body of a request, by position. */
	body(index?: number): Data;
}

export interface MachineOptions extends ServiceOptions {
	/** Keys of the state beside `agent`. */
	readonly state?: Data;
	readonly dir?: string;
	readonly adapter?: OpenAiAgentsAdapterOptions;
	readonly store?: ConstructorParameters<typeof FlatMachine>[0]["store"];
}

export async function harness(script: MockScript): Promise<Harness> {
	const model = await startMockModel({ script });
	const adapter = (options: OpenAiAgentsAdapterOptions = {}) =>
		openAiAgentsAdapter({ env: { MOCK_BASE_URL: model.url }, rateGates: new RateGates(), ...options });
	const agent = async (config: Data = {}, options?: OpenAiAgentsAdapterOptions) =>
		adapter(options).createExecutor(
			"worker",
			{ type: "openai-agents", config: { model: "mock/small", ...config } },
			{ configDir: process.cwd(), machineName: "m", settings: {} },
		);
	return {
		model,
		agent,
		call: async (config, call = {}) =>
			coerceAgentResult(await (await agent(config)).execute({ input: { prompt: "hi" }, context: {}, ...call })),
		machine: (agents, { state = {}, adapter: options, ...rest } = {}) =>
			new FlatMachine({
				config: machineOf(agents, state),
				agents: [adapter(options)],
				...rest,
			}),
		body: (index = 0) => model.requests[index]?.body ?? {},
		[Symbol.asyncDispose]: () => model.close(),
	};
}

function machineOf(agents: Data, state: Data): Data {
	return {
		spec: "flatmachine",
		spec_version: "4.2.1",
		data: {
			context: { answer: null },
			agents,
			states: {
				serve: {
					type: "initial",
					agent: "worker",
					input: { prompt: "input.prompt" },
					output_to_context: { answer: "output" },
					transitions: [{ to: "done" }],
					...state,
				},
				done: { type: "final", output: { answer: "context.answer" } },
			},
		},
	};
}

/** Runs a machine and gives what it told on the way. */
export async function told(
	machine: FlatMachine,
	input: Data = { prompt: "hi" },
): Promise<{ readonly result: RunResult; readonly events: readonly RunEvent[] }> {
	const events: RunEvent[] = [];
	const result = await machine.run(input, { onEvent: (event) => events.push(event) });
	return { result, events };
}
