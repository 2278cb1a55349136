/** The agent type `generated`: a flatagent whose document comes with each call, in `input.document`. */
import { flatAgentAdapter } from "flatstate/adapters/flatagent";
import { admit, DocumentRefusedError } from "./admit.mjs";

export function generatedAgents(options = {}) {
	const flatAgents = flatAgentAdapter(options);
	return {
		typeName: "generated",
		createExecutor: (agentName, _reference, context) => ({
			async execute(call) {
				const { document, ...input } = call.input;
				try {
					// Checked where it is used, whatever the machine did before.
					const { config, profiles, loader } = admit(document);
					const place = { ...context, configDir: ".", loader, profiles };
					const agent = await flatAgents.createExecutor(agentName, { type: "flatagent", config }, place);
					return await agent.execute({ ...call, input });
				} catch (error) {
					if (!(error instanceof DocumentRefusedError)) throw error;
					// As a result, since it says that another attempt is in vain.
					const { name: type, message } = error;
					return { error: { code: "document_refused", type, message, retryable: false } };
				}
			},
		}),
	};
}
