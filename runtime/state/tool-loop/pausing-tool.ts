/**
 * A call of a tool that pauses: the tool's own function runs, where it has one, then the execution parks, and the data of a
 * signal is the tool's result (spec of fsm-agent-flow, sections 7 and 18.2).
 */
import type { ToolPausePlan } from "../../../compiler/plan/plan.ts";
import type { FullToolResult } from "../../tools/call-tool.ts";
import type { StateTools } from "../../tools/state-tools.ts";
import { definedName } from "../../tools/tool-definitions.ts";
import type { ToolDefinition, ToolProvider } from "../../tools/tool-provider.ts";
import { channelOf, pause } from "../pause.ts";
import { stepKey } from "../step-keys.ts";
import type { Visit } from "../visit.ts";
import { runTool, type ToolRun } from "./run-tool.ts";

/** Longest answer that a model is told, in characters. */
const longestAnswer = 100_000;

export interface PausingRun extends ToolRun {
	readonly tools: StateTools;
	readonly plan: ToolPausePlan;
	/** Called before the execution parks. */
	readonly parking: () => void;
}

export interface AnsweredTool extends FullToolResult {
	/** Milliseconds for which the answer was awaited. */
	readonly waited: number;
}

/**
 * Calls the tool, and waits for its answer. What goes wrong before, wrong arguments for example, is told to the model, and
 * nobody is asked.
 * @throws TimeoutError where no answer came in time; ExpressionError and TypeError for a channel that is none
 */
export async function runPausingTool(visit: Visit, run: PausingRun): Promise<AnsweredTool> {
	const { call, turn, position, plan } = run;
	const key = stepKey.tool(call.name, turn, position);
	const channel = channelFor(visit, plan, key);
	const begun = await runTool(visit, { ...run, provider: asking(run, channel) });
	if (begun.is_error) return { ...begun, waited: 0 };
	visit.throwIfGivenUp();
	run.parking();
	const { description: message } = plan;
	const { data, waited } = await pause(visit, key, {
		channel,
		timeout: plan.timeout,
		request: {
			kind: "tool",
			agent: run.agent,
			id: call.id,
			name: call.name,
			arguments: call.arguments,
			...(message !== undefined && { message }),
			...(begun.content !== "" && { result: begun.content }),
			...(plan.kind === "break" && { pause: plan.kind }),
		},
	});
	return { content: answerText(data), is_error: false, waited };
}

function channelFor(visit: Visit, { channel }: ToolPausePlan, key: string): string {
	if (channel === undefined) return channelOf(visit, key);
	const rendered = visit.render(channel);
	if (rendered === null || rendered === undefined || rendered === "") {
		throw new TypeError("`channel` of a tool gives no channel name.");
	}
	return String(rendered);
}

/** What runs before the pause: the check of the arguments, and the function of a provider that has the tool. */
function asking({ tools, provider, call }: PausingRun, channel: string): ToolProvider {
	return {
		getToolDefinitions: () => null,
		async executeTool(name, id, args, info) {
			const checked = await tools.schemaOf(name)?.check(args);
			if (checked && "problems" in checked) {
				return { content: `Invalid arguments for tool '${name}': ${checked.problems.join("; ")}`, is_error: true };
			}
			if (!provider || !hasTool(provider.getToolDefinitions(), call.name, tools)) return { content: "" };
			return provider.executeTool(name, id, args, { ...info, channel });
		},
	};
}

/** A provider without definitions runs what the agent's own file defines. */
function hasTool(definitions: readonly ToolDefinition[] | null, name: string, tools: StateTools): boolean {
	if (definitions === null) return tools.schemaOf(name) === undefined;
	return definitions.some((definition) => definedName(definition) === name);
}

/** The signal's data as a model reads it. Whatever it says of itself, it is the tool's result and no more. */
export function answerText(data: unknown): string {
	const text = typeof data === "string" ? data : data === null || data === undefined ? "" : JSON.stringify(data);
	if (text.length <= longestAnswer) return text;
	return `${text.slice(0, longestAnswer)}… (${text.length - longestAnswer} more characters were left out)`;
}
