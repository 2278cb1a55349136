/** Points every model, whatever its provider and address, at a mock model of this process. */
import { OpenAI } from "openai";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { agentHeader, type MockModel } from "../../adapters/mock-model/index.ts";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import type { Logger } from "../../runtime/logging/logger.ts";

/** The adapter `flatagent` on the mock model; no key is looked for and nothing leaves the machine. */
export function mockAgentAdapter(server: MockModel, logger: Logger): AgentAdapter {
	return {
		typeName: "flatagent",
		createExecutor: (agentName, reference, context) => {
			const client = new OpenAI({
				apiKey: "mock",
				baseURL: server.url,
				maxRetries: 0,
				logLevel: "off",
				// Tells the server which agent asks, so that its script can have answers by agent.
				defaultHeaders: { [agentHeader]: encodeURI(agentName) },
			});
			return flatAgentAdapter({ client, logger }).createExecutor(agentName, reference, context);
		},
	};
}
