/** Schema of profile catalogs (`spec: flatprofile`, before 4.0 `flatprofiles`) and of model settings (spec section 3). */
import {
	choice,
	closedMap,
	hasKey,
	type JsonSchema,
	METADATA,
	namedMap,
	openMap,
	type Properties,
	ref,
	SCHEMA_ADDRESS,
	SPEC_VERSION,
	text,
	texts,
	when,
} from "./json-schema.ts";

const seconds = (description: string): JsonSchema => ({ type: "number", description, minimum: 0 });
const bool = (description: string): JsonSchema => ({ type: "boolean", description });

/** What a model call takes. Keys that are not listed are passed on to the provider, so the map is open. */
export const MODEL_KEYS: Properties = {
	name: text("Model name as the provider spells it.", "a model name", { examples: ["gpt-5-mini"] }),
	provider: text("Provider; joined with the name as `provider/name` unless the name has it already.", "a provider", {
		examples: ["openai", "anthropic", "cerebras"],
	}),
	temperature: { type: ["number", "null"], description: "Randomness of the answer, usually 0 to 2.", minimum: 0 },
	max_tokens: { type: ["integer", "null"], description: "Most tokens of one answer.", minimum: 1 },
	top_p: { type: ["number", "null"], description: "Share of probability mass to sample from, 0 to 1." },
	top_k: { type: ["integer", "null"], description: "Number of tokens to sample from." },
	frequency_penalty: {
		type: ["number", "null"],
		description: "Penalty on tokens by how often they occurred, -2 to 2.",
	},
	presence_penalty: { type: ["number", "null"], description: "Penalty on tokens that occurred at all, -2 to 2." },
	seed: { type: ["integer", "null"], description: "Seed for providers that can repeat an answer." },
	base_url: { type: ["string", "null"], description: "Address of an OpenAI-compatible endpoint." },
	stream: { type: ["boolean", "null"], description: "Receive the answer piece by piece." },
	backend: {
		...choice("Client library of the reference (2.3 and above); here all go through one client.", [
			"litellm",
			"aisuite",
			"codex",
			"copilot",
		]),
	},
	api: text("Which API of the provider (2.3 and above)."),
	oauth: ref("oauth"),
};

const CATALOG_KEYS: Properties = {
	model_profiles: namedMap("Profiles by name.", ref("profileEntry")),
	default: {
		type: ["string", "null"],
		description: "Profile that lies under every other: its settings hold where the agent's own say nothing.",
		"x-meaning": "the name of a profile",
	},
	override: {
		type: ["string", "null"],
		description: "Profile that is laid over every other, whatever the agent asks for.",
		"x-meaning": "the name of a profile",
	},
};

export const PROFILE_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
	profileDocument: {
		description: "A catalog of model profiles; it may stand without its wrapper.",
		...when(hasKey("model_profiles"), ref("bareCatalog"), ref("profile")),
	},
	profile: closedMap(
		"A catalog of model profiles that agents name.",
		{
			$schema: SCHEMA_ADDRESS,
			spec: {
				enum: ["flatprofile", "flatprofiles"],
				description: "Kind of document: `flatprofile` (before 4.0 `flatprofiles`, still accepted).",
			},
			spec_version: SPEC_VERSION,
			data: ref("profileData"),
			metadata: METADATA,
		},
		{ required: ["spec", "data"] },
	),
	profileData: closedMap("The catalog.", CATALOG_KEYS, { required: ["model_profiles"] }),
	bareCatalog: closedMap(
		"A catalog without its wrapper.",
		{ $schema: SCHEMA_ADDRESS, ...CATALOG_KEYS },
		{ required: ["model_profiles"] },
	),
	profileEntry: {
		...openMap("Model settings, or a runtime named by `type` (4.0 and above).", {
			...MODEL_KEYS,
			type: choice("Runtime that answers. Without it: a model.", [
				"llm",
				"claude-code",
				"codex-cli",
				"smolagents",
				"pi-agent",
			]),
		}),
		...when(
			hasKey("type", ["llm"]),
			closedMap("A model.", { type: {}, model: ref("model") }, { required: ["model"] }),
			when(
				hasKey("type", ["claude-code"]),
				ref("claudeCode"),
				when(
					hasKey("type", ["codex-cli"]),
					ref("codexCli"),
					when(
						hasKey("type", ["smolagents"]),
						ref("smolagents"),
						when(hasKey("type", ["pi-agent"]), ref("piAgent"), { required: ["name"] }),
					),
				),
			),
		),
	},
	model: openMap("Model settings; keys that are not listed here are passed on to the provider.", MODEL_KEYS, {
		required: ["name"],
	}),
	oauth: closedMap("Sign-in for the codex and copilot backends (2.3 and above).", {
		provider: text("Who signs in."),
		auth_file: text("File with the stored tokens.", "a path"),
		refresh: bool("Renew tokens when they run out."),
		originator: text("Name sent as the originator."),
		timeout_seconds: seconds("Seconds to wait for the sign-in server."),
		max_retries: { type: "integer", description: "Further attempts after a failure.", minimum: 0 },
		token_url: text("Address that renews tokens.", "a URL"),
		client_id: text("OAuth client id."),
	}),
	claudeCode: closedMap("The Claude Code command line (2.3 and above).", {
		type: {},
		model: text("Model.", "a model name", { default: "opus" }),
		effort: choice("How hard it thinks.", ["low", "medium", "high", "xhigh", "max"], { default: "high" }),
		permission_mode: choice("What it may do without asking.", [
			"default",
			"acceptEdits",
			"bypassPermissions",
			"dontAsk",
			"plan",
			"auto",
		]),
		system_prompt: text("Replaces its system prompt."),
		append_system_prompt: text("Is put behind its system prompt."),
		dangerously_skip_permissions: bool("Run every tool without asking."),
		tools: texts("Tools that it has; default: all of its own.", "the name of a tool"),
		allowed_tools: texts("Tools that it may use without asking.", "the name of a tool"),
		disallowed_tools: texts("Tools that it does not have.", "the name of a tool"),
		max_turns: { type: "integer", description: "Most answers of the model in one run.", minimum: 1 },
		max_budget_usd: { type: "number", description: "Most dollars to spend.", minimum: 0 },
		add_dirs: texts("Further folders it may read.", "a path"),
		claude_bin: text("The program.", "a path"),
		working_dir: text("Folder to work in.", "a path"),
		timeout: seconds("Seconds for one run; 0 = no limit."),
		max_continuations: { type: "integer", description: "Most times it is asked to go on.", minimum: 0, default: 100 },
		exit_sentinel: text("Text that says it is done.", undefined, { default: "<<AGENT_EXIT>>" }),
		continuation_prompt: text("What it is told when it has to go on."),
		mcp_config: text("File with MCP servers.", "a path"),
		rate_limit_delay: { ...seconds("Seconds between two calls."), default: 3 },
		rate_limit_jitter: { ...seconds("Random seconds on top."), default: 8 },
	}),
	codexCli: closedMap("The Codex command line (2.3 and above).", {
		type: {},
		model: text("Model.", "a model name", { default: "gpt-5.3-codex" }),
		reasoning_effort: choice("How hard it thinks.", ["none", "minimal", "low", "medium", "high", "xhigh"], {
			default: "high",
		}),
		sandbox: choice("What it may touch.", ["read-only", "workspace-write", "danger-full-access"], {
			default: "workspace-write",
		}),
		approval_policy: choice("When it asks.", ["untrusted", "on-request", "never"], { default: "never" }),
		dangerously_bypass_approvals_and_sandbox: bool("No sandbox and no questions."),
		add_dirs: texts("Further folders it may read.", "a path"),
		codex_bin: text("The program.", "a path"),
		working_dir: text("Folder to work in.", "a path"),
		timeout: seconds("Seconds for one run; 0 = no limit."),
		skip_git_repo_check: bool("Work outside a git repository."),
		ephemeral: bool("Keep no session."),
		search: bool("Allow web search."),
		config_overrides: namedMap("Settings passed with `-c`.", { type: ["string", "number", "boolean"] }),
		feature_enable: texts("Features to switch on."),
		feature_disable: texts("Features to switch off."),
		rate_limit_delay: seconds("Seconds between two calls."),
		rate_limit_jitter: seconds("Random seconds on top."),
		use_app_server: bool("Talk to the app server."),
		session_source: text("Where sessions come from."),
	}),
	smolagents: closedMap(
		"A smolagents agent.",
		{ type: {}, ref: text("Where its factory is.", "a reference"), config: openMap("Handed to the factory.") },
		{ required: ["ref"] },
	),
	piAgent: closedMap("A pi agent.", {
		type: {},
		ref: text("The module of the agent.", "a reference"),
		runner: text("The script that runs it.", "a path"),
		node: text("The Node.js program.", "a path"),
		cwd: text("Folder to work in.", "a path"),
		env: namedMap("Environment variables for it.", { type: "string" }),
		timeout: seconds("Seconds for one run; 0 = no limit."),
		agent_config: openMap("The agent: `provider`, `model`, `base_url`, `api_key`, `system_prompt`, `thinking_level`."),
	}),
};
