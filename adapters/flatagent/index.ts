/** Language-model agents: what other rooms may import. */
export { type FlatAgentAdapterOptions, flatAgentAdapter } from "./adapter.ts";
export type { ChatClient } from "./client.ts";
export type { ResponseToolCall, StreamEvent, TokenUsage } from "./completion.ts";
export type { CostBreakdown } from "./cost.ts";
export {
	InvalidAgentConfigError,
	InvalidModelError,
	InvalidPricesError,
	MalformedResponseError,
	MissingApiKeyError,
	ModelTimeoutError,
	ProviderReportedError,
	RateLimitError,
	SchemaError,
	UnknownProviderError,
} from "./errors.ts";
export { FlatAgent, type FlatAgentCall, type FlatAgentOptions } from "./flat-agent.ts";
export { type LoadOptions, loadFlatAgent } from "./load.ts";
export { checkPrices, type ModelPrice, type ModelPrices, readPrices } from "./prices.ts";
export { type Environment, knownProviders } from "./providers.ts";
export { rateLimitFromHeaders } from "./rate-limits.ts";
export type { AgentResponse } from "./response.ts";
export { RateGates } from "./shared-gates.ts";
