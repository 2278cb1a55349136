/** One smolagents agent: each call is a Python process that speaks JSON lines with us (bridge.py). */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isRecord, own, ownNumber, ownRecord, ownString } from "../../compiler/document/plain-data.ts";
import type {
	AgentAdapterContext,
	AgentCall,
	AgentErrorInfo,
	AgentExecutor,
	AgentReference,
	AgentResult,
} from "../../runtime/agents/agent.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import { NotImplementedError } from "../frameworks/errors.ts";
import { failureOfStatus, statusIn, withoutSecrets } from "../frameworks/failure.ts";
import { AgentGrants } from "../frameworks/grants.ts";
import { Program } from "../frameworks/program.ts";
import { taskOf } from "../frameworks/task.ts";
import { ToolCalls } from "../frameworks/tool-calls.ts";
import type { SmolagentsAdapterOptions } from "./adapter.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Where the agent is made. */
interface Factory {
	readonly file?: string;
	readonly module?: string;
	readonly factory: string;
	readonly config: Fields;
}

/** @throws InvalidAgentConfigError, AgentPermissionError */
export function createSmolagent(
	name: string,
	{ config, ref }: AgentReference,
	{ configDir }: AgentAdapterContext,
	options: SmolagentsAdapterOptions,
): AgentExecutor {
	const reference = ref ?? ownString(config, "ref");
	if (reference === undefined) {
		throw new InvalidAgentConfigError(name, "`ref` is missing: `./agent.py#factory`, or `package.module:factory`.");
	}
	// In a profile the factory's own settings are under `config`; in a reference they are the config.
	const own = ref === undefined ? ownRecord(config, "config") : config;
	const grants = new AgentGrants(name, configDir, options);
	return new Smolagent({ ...factoryOf(name, reference, configDir, grants), config: own }, configDir, options);
}

function factoryOf(name: string, reference: string, configDir: string, grants: AgentGrants): Omit<Factory, "config"> {
	const [, file, inFile] = /^(.+\.py)(?:[#:](\w+))?$/.exec(reference) ?? [];
	if (file !== undefined) {
		const path = resolve(configDir, file);
		return { file: join(grants.folder(dirname(path), "ref"), basename(path)), factory: inFile ?? "agent" };
	}
	const [, module, factory] = /^([\w.]+):(\w+)$/.exec(reference) ?? [];
	if (module === undefined || factory === undefined) {
		throw new InvalidAgentConfigError(
			name,
			`\`ref: ${reference}\` is neither a file of Python nor \`module:factory\`.`,
		);
	}
	grants.require("all", `\`ref: ${reference}\`, a module from anywhere in Python's path,`);
	return { module, factory };
}

class Smolagent implements AgentExecutor {
	readonly #factory: Factory;
	readonly #cwd: string;
	readonly #options: SmolagentsAdapterOptions;

	constructor(factory: Factory, cwd: string, options: SmolagentsAdapterOptions) {
		this.#factory = factory;
		this.#cwd = cwd;
		this.#options = options;
	}

	/** @throws MissingTaskError; the signal's reason when the call was aborted */
	async execute(call: AgentCall): Promise<AgentResult> {
		const { text: task } = taskOf("smolagents", call, true);
		const { python = "python3", env = process.env, debug = false } = this.#options;
		const { signal } = call;
		signal?.throwIfAborted();
		await using program = new Program({ command: python, args: ["-u", bridge()], cwd: this.#cwd, env });
		const stop = () => program.end().catch(() => {});
		signal?.addEventListener("abort", stop, { once: true });
		const tools = new ToolCalls(call);
		const usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0, api_calls: 0 };
		let last: Fields | undefined;
		program.process.stdin.write(`${JSON.stringify({ ...this.#factory, task, debug })}\n`);
		for await (const line of createInterface({ input: program.process.stdout })) {
			const event = parsed(line);
			if (event.type === "step") {
				addStep(event, usage, tools);
				call.onStreamEvent?.(event);
			} else if (event.type === "result" || event.type === "error") last = event;
		}
		await program.gone;
		signal?.removeEventListener("abort", stop);
		tools.endAll();
		signal?.throwIfAborted();
		const error = failureOf(last, program.stderr);
		const output = last?.output;
		return {
			...(error
				? { error: withoutSecrets(error, env) }
				: { output: isRecord(output) ? output : { result: output ?? null }, content: textOf(output) }),
			usage,
			finish_reason: error ? "error" : "stop",
			rendered_user_prompt: task,
		};
	}

	/** @throws NotImplementedError always */
	executeWithTools(): never {
		throw new NotImplementedError("smolagents");
	}
}

function addStep(
	step: Fields,
	usage: { input_tokens: number; output_tokens: number; total_tokens: number; api_calls: number },
	tools: ToolCalls,
): void {
	const spent = ownRecord(step, "usage");
	usage.input_tokens += ownNumber(spent, "input") ?? 0;
	usage.output_tokens += ownNumber(spent, "output") ?? 0;
	usage.total_tokens = usage.input_tokens + usage.output_tokens;
	usage.api_calls += 1;
	for (const call of Array.isArray(step.tool_calls) ? step.tool_calls : []) {
		const id = ownString(call, "id") ?? "";
		const args = own(call, "arguments");
		tools.begin(id, ownString(call, "name") ?? "", isRecord(args) ? args : { input: args });
		tools.end(id, ownString(step, "observations") ?? "", typeof step.error === "string");
	}
}

function failureOf(last: Fields | undefined, stderr: string): AgentErrorInfo | undefined {
	if (last?.type === "result") return undefined;
	if (last === undefined) {
		const message = `Python ended without an answer. ${stderr}`.trim();
		return { code: "program_failed", type: "ProgramError", message, retryable: false };
	}
	const said = ownString(last, "message") ?? "";
	const message = [said, ownString(last, "traceback")].filter(Boolean).join("\n");
	const status = statusIn(said);
	const type = ownString(last, "name") ?? "Error";
	if (status !== undefined) return { ...failureOfStatus(status), message, status_code: status };
	return { code: "agent_failed", type, message, retryable: false };
}

/** Beside this file, and in the built package where its parts are joined elsewhere. */
function bridge(): string {
	const places = ["./bridge.py", "../adapters/smolagents/bridge.py"].map((way) =>
		fileURLToPath(new URL(way, import.meta.url)),
	);
	return places.find((place) => existsSync(place)) ?? join(dirname(fileURLToPath(import.meta.url)), "bridge.py");
}

function parsed(line: string): Fields {
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) ? value : {};
	} catch {
		return {};
	}
}

function textOf(output: unknown): string {
	return typeof output === "string" ? output : JSON.stringify(output ?? null);
}
