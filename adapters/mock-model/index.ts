/** A scripted model provider over HTTP: what other rooms may import. */
export { InvalidMockScriptError, MockScriptExhaustedError } from "./errors.ts";
export { loadScript, loadScriptFile } from "./read-script.ts";
export type { RequestLimit } from "./request-limit.ts";
export {
	agentHeader,
	type MockAnswer,
	type MockAnswerDetails,
	type MockAnswerFunction,
	type MockAnswers,
	type MockMessage,
	type MockRequest,
	type MockRule,
	type MockScript,
	type MockToolCall,
	type MockUsage,
} from "./script.ts";
export { type MockModel, type MockModelOptions, type RecordedRequest, startMockModel } from "./server.ts";
