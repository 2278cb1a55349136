/**
 * What is used of `@mariozechner/pi-agent-core` and `@mariozechner/pi-ai`, as shapes of our own: users install the
 * packages. A test holds the real packages' types against them.
 */

/** Exports of pi-agent-core. */
export interface PiAgentCore {
	readonly Agent: new (options: PiAgentOptions) => PiAgent;
}

/** Exports of pi-ai. */
export interface PiAi {
	getModels(provider: never): PiModel[];
	/** Asks a model once; what is asked and the stream of the answer are between the two packages. */
	streamSimple(model: PiModel, context: object, options?: object): object;
}

export interface PiAgent {
	readonly state: { readonly errorMessage?: string };
	subscribe(listener: (event: unknown) => void): () => void;
	prompt(text: string): Promise<void>;
	abort(): void;
}

export interface PiAgentOptions {
	readonly initialState: {
		readonly systemPrompt: string;
		readonly model: PiModel;
		readonly thinkingLevel: "off" | "minimal" | "low" | "medium" | "high" | "xhigh";
		readonly tools: PiTool[];
	};
	readonly streamFn?: PiAi["streamSimple"];
	readonly getApiKey?: (provider: string) => string | undefined;
}

export interface PiModel {
	readonly id: string;
	readonly name: string;
	readonly api: string;
	readonly provider: string;
	readonly baseUrl: string;
	readonly reasoning: boolean;
	readonly input: ("text" | "image")[];
	/** US dollars per million tokens. */
	readonly cost: {
		readonly input: number;
		readonly output: number;
		readonly cacheRead: number;
		readonly cacheWrite: number;
	};
	readonly contextWindow: number;
	readonly maxTokens: number;
}

export interface PiTool {
	readonly name: string;
	readonly label: string;
	readonly description: string;
	/** A JSON Schema. */
	readonly parameters: object;
	execute(id: string, args: unknown): Promise<{ content: { type: "text"; text: string }[]; details: undefined }>;
}
