/** The machine's tools as tools of the SDK. */
import { isRecord, own } from "../../compiler/document/plain-data.ts";
import type { MachineTools } from "../../runtime/agents/agent.ts";
import type { ToolDefinition } from "../../runtime/tools/tool-provider.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import type { AgentsSdk, Tool } from "./sdk.ts";
import type { AgentSettings } from "./settings.ts";

/**
 * The tools that an agent's settings name.
 * @throws InvalidAgentConfigError for a name that the machine has no tool of; what the machine's provider throws
 */
export async function machineTools(
	sdk: AgentsSdk,
	{ name, tools, needsApproval }: AgentSettings,
	machine: MachineTools | undefined,
): Promise<Tool[]> {
	if (tools.length === 0) return [];
	const known = new Map(((await machine?.definitions()) ?? []).map((tool) => [nameOf(tool), tool]));
	return tools.map((wanted) => {
		const definition = known.get(wanted);
		if (definition === undefined || machine === undefined) {
			const names = [...known.keys()].map((one) => `\`${one}\``).join(", ");
			throw new InvalidAgentConfigError(
				name,
				`the machine has no tool \`${wanted}\`. It has ${names || "none: give them with the option `tools`, or hooks with a `getToolProvider`"}.`,
			);
		}
		return asSdkTool(sdk, definition, needsApproval.includes(wanted), machine);
	});
}

function asSdkTool(sdk: AgentsSdk, definition: ToolDefinition, needsApproval: boolean, machine: MachineTools): Tool {
	const { name, description, parameters } = functionOf(definition);
	return sdk.tool({
		name,
		description,
		// The machine judges the arguments itself, by the whole schema.
		strict: false,
		parameters: {
			...parameters,
			type: "object",
			properties: isRecord(parameters.properties) ? parameters.properties : {},
			required: Array.isArray(parameters.required) ? parameters.required : [],
			additionalProperties: true,
		},
		needsApproval,
		// What goes wrong in a tool is in its result; all else ends the run.
		errorFunction: null,
		async execute(given, _context, details) {
			const id = details?.toolCall?.callId ?? "";
			const { content } = await machine.call({ id, name, arguments: isRecord(given) ? given : {} });
			return content;
		},
	});
}

function nameOf(definition: ToolDefinition): string {
	return functionOf(definition).name;
}

function functionOf(definition: ToolDefinition): {
	readonly name: string;
	readonly description: string;
	readonly parameters: Readonly<Record<string, unknown>>;
} {
	const named = own(definition, "function");
	const parameters = own(named, "parameters");
	return {
		name: String(own(named, "name") ?? ""),
		description: String(own(named, "description") ?? ""),
		parameters: isRecord(parameters) ? parameters : {},
	};
}
