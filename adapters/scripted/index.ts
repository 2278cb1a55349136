/** Scripted agents: what other rooms may import. */
export { errorFromText, type RecordedCall, type ScriptedAdapter, scriptedAdapter } from "./adapter.ts";
export { InvalidScriptError, ScriptExhaustedError, ScriptMissingAgentError } from "./errors.ts";
export {
	type AgentAnswers,
	type AgentScript,
	type AnswerFunction,
	loadAgentScript,
	type ScriptedAnswer,
	type ScriptedCallInfo,
} from "./script.ts";
