/** Answers of agents as people write them in scripts: an output alone, where that means the same. */
import type { ScriptedAnswer } from "../../../adapters/scripted/index.ts";
import { isRecord, own } from "../../../compiler/document/plain-data.ts";
import { agentResultFields } from "../../../runtime/agents/result.ts";

/** `{ output: { score: 8 } }` as `{ score: 8 }`, but not where that would be read as a whole result, or as a failure. */
export function plainAnswer(answer: ScriptedAnswer): ScriptedAnswer {
	const output = own(answer, "output");
	if (!isRecord(output) || Object.keys(answer).length !== 1) return answer;
	const keys = Object.keys(output);
	const isThrow = keys.length === 1 && keys[0] === "throw";
	return isThrow || keys.every((key) => agentResultFields.has(key)) ? answer : output;
}
