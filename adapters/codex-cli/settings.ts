/** Settings of one codex-cli agent: its `config` with the reference's defaults, within what the caller grants. */
import { own, ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import type { AgentGrants, CodingPermission } from "../frameworks/grants.ts";
import { checkConfig, texts } from "../frameworks/read-config.ts";
import type { ConfigValue, ThreadOptions } from "./sdk.ts";

export interface CodexSettings {
	readonly thread: ThreadOptions;
	/** Settings that the program is started with. */
	readonly config: { [key: string]: ConfigValue };
	readonly executable?: string;
	/** Seconds; 0 = no limit. */
	readonly timeout: number;
	/** Seconds from one call to the next, and what chance adds to them. */
	readonly delay: number;
	readonly jitter: number;
}

type Config = Readonly<Record<string, unknown>>;
type Sandbox = ThreadOptions["sandboxMode"];

const sandboxes: Readonly<Record<Sandbox, CodingPermission>> = {
	"read-only": "read",
	"workspace-write": "edit",
	"danger-full-access": "all",
};
const efforts = ["minimal", "low", "medium", "high", "xhigh"] as const;
const policies = ["never", "on-request", "untrusted"] as const;
/** What leads past the sandbox, or to programs and servers that the document names. */
const trusted = ["codex_bin", "config_overrides", "feature_enable", "feature_disable", "search"];

/**
 * @param agent its name, for messages
 * @throws InvalidAgentConfigError, AgentPermissionError
 */
export function readCodexSettings(agent: string, config: Config, grants: AgentGrants): CodexSettings {
	checkConfig(agent, config, "codexCli");
	for (const key of trusted) {
		const value = own(config, key);
		if (value !== undefined && value !== null && value !== false) grants.require("all", `\`${key}\``);
	}
	for (const key of ["ephemeral", "use_app_server"]) {
		if (config[key] !== true) continue;
		throw new InvalidAgentConfigError(agent, `\`${key}\` is not offered by the package @openai/codex-sdk; remove it.`);
	}
	const effort = ownString(config, "reasoning_effort") ?? "high";
	const sdkEffort = efforts.find((known) => known === effort);
	const source = ownString(config, "session_source");
	const executable = ownString(config, "codex_bin");
	return {
		thread: {
			model: ownString(config, "model") ?? "gpt-5.3-codex",
			sandboxMode: sandboxOf(config, grants),
			workingDirectory: grants.folder(ownString(config, "working_dir"), "working_dir"),
			skipGitRepoCheck: config.skip_git_repo_check === true,
			...(sdkEffort && { modelReasoningEffort: sdkEffort }),
			approvalPolicy: policies.find((policy) => policy === config.approval_policy) ?? "never",
			additionalDirectories: texts(config, "add_dirs").map((folder) => grants.folder(folder, "add_dirs")),
			webSearchMode: config.search === true ? "live" : "disabled",
			...(source !== undefined && { threadSource: source }),
		},
		config: {
			...(sdkEffort === undefined && { model_reasoning_effort: effort }),
			...features(config),
			...scalars(ownRecord(config, "config_overrides")),
		},
		...(executable !== undefined && { executable }),
		timeout: ownNumber(config, "timeout") ?? 0,
		delay: ownNumber(config, "rate_limit_delay") ?? 0,
		jitter: ownNumber(config, "rate_limit_jitter") ?? 0,
	};
}

function sandboxOf(config: Config, grants: AgentGrants): Sandbox {
	if (config.dangerously_bypass_approvals_and_sandbox === true) {
		grants.require("all", "`dangerously_bypass_approvals_and_sandbox`");
		return "danger-full-access";
	}
	const written = ownString(config, "sandbox");
	if (written === undefined) return grants.permission === "read" ? "read-only" : "workspace-write";
	const sandbox = isSandbox(written) ? written : "read-only";
	grants.require(sandboxes[sandbox], `\`sandbox: ${sandbox}\``);
	return sandbox;
}

function isSandbox(text: string): text is Sandbox {
	return Object.hasOwn(sandboxes, text);
}

function features(config: Config): { [key: string]: ConfigValue } {
	const on = texts(config, "feature_enable").map((name) => [`features.${name}`, true] as const);
	const off = texts(config, "feature_disable").map((name) => [`features.${name}`, false] as const);
	return Object.fromEntries([...on, ...off]);
}

function scalars(values: Config): { [key: string]: ConfigValue } {
	const found: { [key: string]: ConfigValue } = {};
	for (const [key, value] of Object.entries(values)) {
		if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") found[key] = value;
	}
	return found;
}
