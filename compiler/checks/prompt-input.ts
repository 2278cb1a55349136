/** Prompts that ask for an `input` which the state does not give: they would print nothing there (spec section 19.3). */
import { nearest } from "../diagnostics/suggest.ts";
import { isRecord, own, ownRecord } from "../document/plain-data.ts";
import { ExpressionSyntaxError, parseTemplate, type Reference, references } from "../expression/index.ts";
import type { AgentPlan, StatePlan, Structure } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";

const TEMPLATE_KEYS = ["system", "user", "instruction_suffix", "post_history_instructions"];

export function checkPromptInput(machine: CheckedMachine): void {
	const asked = new Map<AgentPlan, ReadonlySet<string>>();
	for (const state of machine.plan.states) {
		if (state.agent === undefined || state.waitFor !== undefined) continue;
		const agent = Object.hasOwn(machine.plan.agents, state.agent) ? machine.plan.agents[state.agent] : undefined;
		const given = givenKeys(state.input);
		if (agent === undefined || given === undefined) continue;
		const wanted = asked.get(agent) ?? inputsOf(agent);
		asked.set(agent, wanted);
		const missing = [...wanted].filter((key) => !given.includes(key));
		if (missing.length > 0) report(machine, state, state.agent, missing, given);
	}
}

function report(
	machine: CheckedMachine,
	state: StatePlan,
	agent: string,
	missing: readonly string[],
	given: readonly string[],
): void {
	const names = missing.map((key) => `\`input.${key}\``).join(", ");
	const near = missing.map((key) => nearest(key, given)).find((key) => key !== undefined);
	const gives = given.length === 0 ? "gives no input" : `gives only ${given.map((key) => `\`${key}\``).join(", ")}`;
	machine.report("FS5109", {
		path: machine.path("states", state.name, state.input === undefined ? "agent" : "input"),
		at: state.input === undefined ? "value" : "key",
		message: `the prompt of \`${agent}\` asks for ${names}, and \`${state.name}\` ${gives}`,
		suggestion: near === undefined ? `add it to \`input\` of \`${state.name}\`` : `is \`${near}\` meant?`,
	});
}

/** The keys of a state's `input`; undefined where they are only known when it runs. */
function givenKeys(input: Structure | undefined): readonly string[] | undefined {
	if (input === undefined) return [];
	if (input.kind === "map") return input.entries.map(([key]) => key);
	return input.kind === "constant" && isRecord(input.value) ? Object.keys(input.value) : undefined;
}

/** Keys of `input` that an agent's prompts print, without those that they provide for being missing. */
function inputsOf(agent: AgentPlan): ReadonlySet<string> {
	const data = ownRecord(agent.config, "data");
	const written = own(data, "prompt");
	const prompt = isRecord(written) ? (isRecord(written.data) ? written.data : written) : data;
	const found = TEMPLATE_KEYS.flatMap((key) => referencesIn(own(prompt, key)));
	const optional = new Set(found.filter((one) => one.optional).map(({ path }) => path[1]));
	const keys = found.flatMap(({ path: [root, key] }) => (root === "input" && key !== undefined ? [key] : []));
	return new Set(keys.filter((key) => !optional.has(key)));
}

/** A template that cannot be parsed has been reported where it stands. */
function referencesIn(text: unknown): readonly Reference[] {
	if (typeof text !== "string") return [];
	try {
		return references(parseTemplate(text, { engine: "jinja", roots: [] }));
	} catch (error) {
		if (error instanceof ExpressionSyntaxError) return [];
		throw error;
	}
}
