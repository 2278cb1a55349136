/** The types of the real package fit what our adapter takes of it. Compiled by test/framework-agents/package-types.test.ts. */
import type * as sdk from "@anthropic-ai/claude-agent-sdk";
import type {
	ClaudeCodeSdk,
	ModelTotals,
	QueryOptions,
	ResultMessage,
	TurnUsage,
} from "../../adapters/claude-code/sdk.ts";

export const exports: (real: Pick<typeof sdk, "query">) => ClaudeCodeSdk = (real) => real;
export const options: (ours: QueryOptions) => sdk.Options = (ours) => ours;
export const usage: (real: sdk.SDKResultSuccess["usage"]) => TurnUsage = (real) => real;
export const totals: (real: sdk.ModelUsage) => ModelTotals = (real) => real;
export const result: (real: sdk.SDKResultMessage) => ResultMessage = (real) => real;
