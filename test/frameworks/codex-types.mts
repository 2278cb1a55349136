/** The types of the real package fit what our adapter takes of it. Compiled by test/framework-agents/package-types.test.ts. */
import type * as sdk from "@openai/codex-sdk";
import type { CodexOptions, CodexSdk, ThreadOptions, TurnUsage } from "../../adapters/codex-cli/sdk.ts";

export const exports: (real: Pick<typeof sdk, "Codex">) => CodexSdk = (real) => real;
export const options: (ours: CodexOptions) => sdk.CodexOptions = (ours) => ours;
export const thread: (ours: ThreadOptions) => sdk.ThreadOptions = (ours) => ours;
export const usage: (real: sdk.Usage) => TurnUsage = (real) => real;
