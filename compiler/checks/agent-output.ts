/** What the work of a state gives as `output`, as far as it is declared (spec sections 7, 9, 12.4 and 19.1). */
import { isRecord, own, ownRecord, ownString } from "../document/plain-data.ts";
import type { AgentPlan, StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { ANY, BOOLEAN, LIST, MAP, NUMBER, TEXT, type Types } from "./value-types.ts";

/** Fields of an output by name; whoever declares them, a model may still answer otherwise. */
export interface DeclaredOutput {
	readonly fields: ReadonlyMap<string, Types>;
	/** Who declares them, for messages. */
	readonly by: string;
}

const FIELD_TYPES: Readonly<Record<string, Types>> = {
	str: TEXT,
	int: NUMBER,
	float: NUMBER,
	bool: BOOLEAN,
	list: LIST,
	object: MAP,
};

/** Present whatever the agent declares: an answer without JSON, or one that is not JSON. */
const ALWAYS: readonly (readonly [string, Types])[] = [
	["content", TEXT],
	["_raw", TEXT],
];

/**
 * The output of a state's work.
 * @returns undefined where it is not declared
 */
export function declaredOutput(machine: CheckedMachine, state: StatePlan): DeclaredOutput | undefined {
	if (state.agent === undefined || state.waitFor !== undefined) return undefined;
	// A machine of the same state stores its output through the same templates.
	if (state.machine !== undefined || state.foreach !== undefined) return undefined;
	if (state.toolLoop !== undefined) {
		const names = ["content", "_tool_calls_count", "_tool_loop_turns", "_tool_loop_cost", "_tool_loop_stop"];
		return { fields: new Map(names.map((name) => [name, ANY] as const)), by: "a tool loop" };
	}
	if (state.execution.type === "parallel") {
		return {
			fields: new Map([
				["results", LIST],
				["count", NUMBER],
			]),
			by: "`execution: {type: parallel}`",
		};
	}
	const agent = Object.hasOwn(machine.plan.agents, state.agent) ? machine.plan.agents[state.agent] : undefined;
	const parses = state.execution.type === "mdap_voting" && own(ownRecord(agent?.config, "metadata"), "parsing");
	const schema = agent && !parses && isModel(agent) ? outputSchemaOf(agent) : undefined;
	if (schema === undefined || Object.keys(schema).length === 0) return undefined;
	const fields = new Map(ALWAYS);
	for (const [name, field] of Object.entries(schema))
		fields.set(name, FIELD_TYPES[ownString(field, "type") ?? ""] ?? ANY);
	return { fields, by: `the agent \`${state.agent}\`` };
}

/** Other runtimes than a model answer in their own form (spec section 19.7). */
function isModel(agent: AgentPlan): boolean {
	const name = ownString(ownRecord(agent.config, "data"), "profile") ?? agent.profiles?.default ?? "";
	const type = ownString(ownRecord(agent.profiles?.profiles, name), "type");
	return agent.type === "flatagent" && (type === undefined || type === "llm");
}

/** `output` of a legacy agent, or of the prompt of a bundle; undefined for other frameworks and prompts not at hand. */
function outputSchemaOf(agent: AgentPlan): Readonly<Record<string, unknown>> | undefined {
	const data = ownRecord(agent.config, "data");
	const prompt = own(data, "prompt");
	const holder = isRecord(prompt) ? (isRecord(prompt.data) ? prompt.data : prompt) : data;
	const schema = own(holder, "output");
	return isRecord(schema) ? schema : undefined;
}
