/** The types of the real packages fit what our adapter takes of them. Compiled by test/framework-agents/package-types.test.ts. */
import type * as core from "@mariozechner/pi-agent-core";
import type * as ai from "@mariozechner/pi-ai";
import type { PiAgent, PiAi, PiModel } from "../../adapters/pi-agent/sdk.ts";

export const agent: (real: core.Agent) => PiAgent = (real) => real;
export const models: (real: Pick<typeof ai, "getModels" | "streamSimple">) => PiAi = (real) => real;
export const model: (real: ai.Model<ai.Api>) => PiModel = (real) => real;
