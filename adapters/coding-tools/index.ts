/** Tools for coding agents: what the library offers of this folder. */
export {
	type ApprovalAnswer,
	type ApprovalRequest,
	type CodingToolName,
	codingToolNames,
} from "./approval.ts";
export { type CodingToolsOptions, codingTools } from "./coding-tools.ts";
export { CodingToolError, type CodingToolErrorCode } from "./errors.ts";
