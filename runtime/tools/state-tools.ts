/** `tools` of a state: which definitions it offers, and what its pausing tools are where no provider defines them. */
import type { StateToolPlan, ToolPausePlan } from "../../compiler/plan/plan.ts";
import { type ArgumentSchema, argumentSchema } from "./argument-schema.ts";
import { InvalidToolError } from "./errors.ts";
import { definedName } from "./tool-definitions.ts";
import type { ToolDefinition } from "./tool-provider.ts";

export class StateTools {
	readonly #tools: readonly StateToolPlan[] | undefined;
	readonly #schemas = new Map<string, ArgumentSchema>();

	/** @param tools absent: the state offers all that there are @throws InvalidToolError */
	constructor(tools: readonly StateToolPlan[] | undefined) {
		this.#tools = tools;
		for (const { name, pause } of tools ?? []) {
			if (!pause || !definesItself(pause)) continue;
			this.#schemas.set(name, argumentSchema(name, pause.parameters ?? noParameters));
		}
	}

	/** Names of the tools that may be called; absent = all. */
	get names(): readonly string[] | undefined {
		return this.#tools?.map(({ name }) => name);
	}

	/** How a tool pauses; undefined for one that does not. */
	pauseOf(name: string): ToolPausePlan | undefined {
		return this.#tools?.find((tool) => tool.name === name)?.pause;
	}

	/** The schema of the arguments of a tool that the state defines itself. */
	schemaOf(name: string): ArgumentSchema | undefined {
		return this.#schemas.get(name);
	}

	/**
	 * What the state offers, in its own order.
	 * @param known all definitions that there are
	 * @throws InvalidToolError for a tool that nobody defines, and for a schema that is none
	 */
	async offered(known: readonly ToolDefinition[]): Promise<readonly ToolDefinition[]> {
		if (!this.#tools) return known;
		const definitions: ToolDefinition[] = [];
		for (const { name, pause } of this.#tools) {
			const schema = this.#schemas.get(name);
			await schema?.compile();
			const own = schema && definitionOf(name, pause?.description ?? name, schema);
			const definition = own ?? known.find((one) => definedName(one) === name);
			if (!definition) throw new InvalidToolError(name, undefinedTool(pause !== undefined));
			definitions.push(definition);
		}
		return definitions;
	}
}

const noParameters = { type: "object", properties: {}, additionalProperties: false };

function definesItself({ description, parameters }: ToolPausePlan): boolean {
	return description !== undefined || parameters !== undefined;
}

function definitionOf(name: string, description: string, { json }: ArgumentSchema): ToolDefinition {
	return { type: "function", function: { name, description, parameters: json } };
}

function undefinedTool(pauses: boolean): string {
	const unknown = "the state offers it under `tools`, and neither a tool provider nor the agent defines it.";
	return pauses ? `${unknown} Give it a \`description\` and \`parameters\` there.` : unknown;
}
