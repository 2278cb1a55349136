/** The modes of the fault table: how an agent is asked, and what it gives when nothing is wrong. */

import type { MockAnswer } from "../../adapters/mock-model/index.ts";
import { tool } from "../../runtime/tools/index.ts";

export interface FaultMode {
	readonly name: string;
	/** What is asked for: a text, JSON, or calls of tools. */
	readonly asks: "text" | "json" | "tools";
	/** Fields of the agent's `output`. */
	readonly output?: Readonly<Record<string, unknown>>;
	readonly isStream: boolean;
	/** The answer that mends it. */
	readonly answer: MockAnswer;
	/** What the state's output is then. */
	readonly got: unknown;
}

/** The tool that is offered in the mode `tools`. */
const named = { name: "weather", description: "The weather", parameters: { type: "object", properties: {} } };
export const weatherTool = { type: "function", function: named };
export const weather = tool({ ...named, execute: () => "rain" });
const tool_calls = [{ name: "weather", arguments: {} }];
const score = { score: { type: "int" } };

export const faultModes: readonly FaultMode[] = [
	{ name: "plain", asks: "text", isStream: false, answer: "fine", got: { content: "fine" } },
	{
		name: "structured",
		asks: "json",
		output: score,
		isStream: false,
		answer: { json: { score: 7 } },
		got: { score: 7 },
	},
	{
		name: "structured, in the prompt",
		asks: "json",
		// No strict schema says this, so the prompt has to.
		output: { score: { type: "json" } },
		isStream: false,
		answer: 'Here:\n```json\n{"score": 7}\n```',
		got: { score: 7 },
	},
	{ name: "tools", asks: "tools", isStream: false, answer: { content: "call", tool_calls }, got: { content: "call" } },
	{ name: "streaming", asks: "text", isStream: true, answer: { chunks: ["fi", "ne"] }, got: { content: "fine" } },
	{
		name: "streaming, structured",
		asks: "json",
		output: score,
		isStream: true,
		answer: { chunks: ['{"sco', 're": 7}'] },
		got: { score: 7 },
	},
	{
		name: "streaming, tools",
		asks: "tools",
		isStream: true,
		answer: { content: "call", tool_calls },
		got: { content: "call" },
	},
];
