/** The package `@openai/agents`, as far as it is used: its types here, the package itself when the first agent is called. */
import type * as Sdk from "@openai/agents";
import { type FrameworkPackage, loadPackage } from "../frameworks/load-package.ts";

export type AgentsSdk = Pick<
	typeof Sdk,
	"Agent" | "Runner" | "RunState" | "RunContext" | "OpenAIProvider" | "AgentsError" | "tool"
>;

/** What is put into a run's context: tools and instructions that are functions find it there. */
export interface RunInfo {
	/** The state's rendered `input`. */
	readonly input: Readonly<Record<string, unknown>>;
	/** The machine's context. */
	readonly context: Readonly<Record<string, unknown>>;
	readonly sessionId?: string;
	readonly state?: string;
	/** The same for a call that is made again after a crash. */
	readonly idempotencyKey?: string;
}

export type SdkAgent = Sdk.Agent<unknown, "text">;
export type {
	Handoff,
	Model,
	ModelProvider,
	ModelRequest,
	ModelResponse,
	RunContext,
	Runner,
	RunState,
	Tool,
} from "@openai/agents";
export type ApprovalItem = Sdk.RunToolApprovalItem;
export type InputItem = Sdk.AgentInputItem;

const sdkPackage: FrameworkPackage<AgentsSdk> = {
	name: "@openai/agents",
	neededBy: "Agents of the type `openai-agents`",
	install: ["@openai/agents", "zod"],
	functions: ["Agent", "Runner", "RunState", "RunContext", "OpenAIProvider", "AgentsError", "tool"],
};

/**
 * Loads the SDK that modules in these folders import.
 * @throws PackageError
 */
export function loadSdk(folders: readonly string[]): Promise<AgentsSdk> {
	return loadPackage(sdkPackage, folders);
}
