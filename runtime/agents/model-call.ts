/** What an agent tells of one request to a model, so that traces show it beneath the agent's own span. */
import type { AgentErrorInfo, AgentUsage, FinishReason } from "./agent.ts";

export interface ModelRequestInfo {
	/** The provider's name; `custom` where only an address was given. */
	readonly provider: string;
	/** The model's name as the provider knows it. */
	readonly model: string;
	/** Base URL; absent where a client of the user's own knows it alone. */
	readonly address?: string;
	/** Whether JSON is asked for. */
	readonly wantsJson: boolean;
	/** What goes with the request beside messages and tools, by the provider's names, for example `temperature`. */
	readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModelAnswerInfo {
	/** The answer's id. */
	readonly id?: string;
	/** The model that answered, where that is said. */
	readonly model?: string;
	readonly finishReason?: FinishReason | null;
	readonly usage?: AgentUsage | null;
}

/** How the end of a request is told. */
export interface ModelCallEnds<T> {
	readonly answered: (answer: T) => ModelAnswerInfo;
	/** Without secrets: what a provider says may repeat a key. */
	readonly failed: (error: unknown) => AgentErrorInfo;
}

/** Makes one request within a span of its own. @throws what `work` throws */
export type TraceModelCall = <T>(
	request: ModelRequestInfo,
	work: () => Promise<T>,
	ends: ModelCallEnds<T>,
) => Promise<T>;
