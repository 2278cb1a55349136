/**
 * What is used of `@openai/codex-sdk`, as shapes of our own: the package is installed by users. A test holds the real
 * package's types against them.
 */

/** The package's exports. */
export interface CodexSdk {
	readonly Codex: new (options: CodexOptions) => CodexClient;
}

export interface CodexClient {
	startThread(options: ThreadOptions): CodexThread;
	resumeThread(id: string, options: ThreadOptions): CodexThread;
}

export interface CodexThread {
	readonly id: string | null;
	runStreamed(
		task: string,
		options: { readonly signal: AbortSignal },
	): Promise<{ readonly events: AsyncIterable<unknown> }>;
}

export type ConfigValue = string | number | boolean | ConfigValue[] | { [key: string]: ConfigValue };

export interface CodexOptions {
	readonly codexPathOverride?: string;
	readonly config?: { [key: string]: ConfigValue };
	readonly env: Record<string, string>;
}

export interface ThreadOptions {
	readonly model: string;
	readonly sandboxMode: "read-only" | "workspace-write" | "danger-full-access";
	readonly workingDirectory: string;
	readonly skipGitRepoCheck: boolean;
	readonly modelReasoningEffort?: "minimal" | "low" | "medium" | "high" | "xhigh";
	readonly approvalPolicy: "never" | "on-request" | "untrusted";
	readonly additionalDirectories: string[];
	readonly webSearchMode: "disabled" | "live";
	readonly threadSource?: string;
}

/** Tokens of one turn, as OpenAI counts them: those read from the cache are among `input_tokens`. */
export interface TurnUsage {
	readonly input_tokens: number;
	readonly cached_input_tokens: number;
	readonly output_tokens: number;
}
