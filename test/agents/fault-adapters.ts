/** The rows of the fault table: kinds of agents that the mock model can answer. */

import { OpenAI } from "openai";
import { flatAgentAdapter, RateGates } from "../../adapters/flatagent/index.ts";
import type { MockModel } from "../../adapters/mock-model/index.ts";
import { openAiAgentsAdapter } from "../../adapters/openai-agents/index.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { AgentAdapter, AgentReference } from "../../runtime/agents/agent.ts";
import { faultTime } from "./fault-cells.ts";
import { type FaultMode, weatherTool } from "./fault-modes.ts";

/** What stands in a machine for an agent. */
export type AgentEntry = Readonly<Record<string, unknown>>;

export interface FaultAdapter {
	readonly name: string;
	/** The adapter, on a clock that stands still and waits for nothing. */
	adapter(model: MockModel): AgentAdapter;
	/** The agent of one mode. @param seconds that a call may take */
	agent(model: MockModel, mode: FaultMode, seconds: number): AgentEntry;
	/** Whether the agent runs its tools itself, and asks its model again with what they gave. */
	readonly runsTools: boolean;
	/** The same as an adapter gets it. */
	reference(entry: AgentEntry): AgentReference;
}

const now = () => faultTime;

/** Gates that hold nobody back: what they do is for rate-gate.test.ts. */
function openGates(): RateGates {
	let time = faultTime;
	const sleep = async (milliseconds: number) => {
		time += milliseconds;
	};
	return new RateGates({ now: () => time, sleep });
}

function flatAgent(model: MockModel, mode: FaultMode, seconds: number): AgentEntry {
	return {
		spec: "flatagent",
		data: {
			model: { provider: "mock", name: "small", base_url: model.url, timeout: seconds },
			user: "hi",
			...(mode.output && { output: mode.output }),
			...(mode.asks === "tools" && { tools: [weatherTool] }),
		},
	};
}

const asFlatAgent = (config: AgentEntry): AgentReference => ({ type: "flatagent", config });

export const faultAdapters: readonly FaultAdapter[] = [
	{
		name: "flatagent",
		adapter: () => flatAgentAdapter({ env: {}, now, rateGates: openGates() }),
		agent: flatAgent,
		runsTools: false,
		reference: asFlatAgent,
	},
	{
		name: "flatagent on a client of one's own",
		adapter: ({ url }) => {
			const client = new OpenAI({ apiKey: "none", baseURL: url, maxRetries: 0, logLevel: "off" });
			return flatAgentAdapter({ client, env: {}, now, rateGates: openGates() });
		},
		agent: flatAgent,
		runsTools: false,
		reference: asFlatAgent,
	},
	{
		name: "openai-agents",
		adapter: () => openAiAgentsAdapter({ env: {}, now, rateGates: openGates() }),
		agent: (model, mode, seconds) => ({
			type: "openai-agents",
			config: {
				model: { provider: "mock", name: "small", base_url: model.url, timeout: seconds },
				user: "hi",
				...(mode.output && { output: mode.output }),
				...(mode.asks === "tools" && { tools: ["weather"] }),
			},
		}),
		runsTools: true,
		reference: ({ config }) => ({ type: "openai-agents", config: isRecord(config) ? config : {} }),
	},
];
