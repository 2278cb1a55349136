/** An agent of `@openai/agents` behind the port: one call is one run of the SDK, with a runner and models of its own. */
import { dirname } from "node:path";
import type {
	AgentAdapterContext,
	AgentCall,
	AgentExecutor,
	AgentModelName,
	AgentReference,
	AgentResult,
} from "../../runtime/agents/agent.ts";
import { FlatstateError } from "../../runtime/errors.ts";
import type { ModuleAccess } from "../../runtime/hooks/confined-module.ts";
import { answerOf, failedResult, type RunOutcome } from "./answer.ts";
import { AgentBuilder } from "./build-agents.ts";
import { type Conversation, conversationOf } from "./conversation.ts";
import { type InterruptedRun, interruptedResult, resumedRun } from "./interruptions.ts";
import { Meter } from "./meter.ts";
import type { ModelCall, Models } from "./models.ts";
import { importAgent, locateModule, readModuleReference } from "./module-agent.ts";
import { type Observation, observeRun } from "./observe-run.ts";
import { RequestKeys } from "./request-keys.ts";
import { type AgentsSdk, loadSdk, type RunInfo, type Runner, type SdkAgent } from "./sdk.ts";
import type { CallSettings } from "./settings.ts";

export interface OpenAiAgentOptions {
	readonly name: string;
	readonly reference: AgentReference;
	readonly settings: CallSettings;
	readonly context: AgentAdapterContext;
	readonly models: Models;
	readonly modules: ModuleAccess;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** What one call works with. */
interface Work {
	readonly sdk: AgentsSdk;
	readonly meter: Meter;
	readonly modelCall: Omit<ModelCall, "agentName">;
	readonly builder: AgentBuilder;
	readonly agent: SdkAgent;
	readonly conversation: Conversation;
}

/** Failures before the run that are the provider's business: data, as a flatagent's. */
const failureCodes: ReadonlySet<string> = new Set(["auth_error", "invalid_request"]);

export class OpenAiAgent implements AgentExecutor {
	readonly #options: OpenAiAgentOptions;

	constructor(options: OpenAiAgentOptions) {
		this.#options = options;
	}

	/** Not known of an agent of a module, which may ask many. */
	get model(): AgentModelName | undefined {
		const { models, reference, settings } = this.#options;
		const isKnown = reference.ref === undefined || models.replaces(settings.model);
		return isKnown ? models.nameOf(settings.model) : undefined;
	}

	/**
	 * Runs the agent, and those that it hands over to, until one of them gives its answer. Failures of models, tools and
	 * guardrails are in the result.
	 * @throws PackageError, HookModuleError, InvalidAgentConfigError, ProfileError, ExpressionError for what is configured
	 * wrongly; the signal's reason when the call was aborted
	 */
	async execute(call: AgentCall): Promise<AgentResult> {
		call.signal?.throwIfAborted();
		const { now } = this.#options;
		const meter = new Meter();
		let work: Work;
		try {
			work = await this.#prepare(call, meter);
		} catch (error) {
			if (error instanceof FlatstateError && failureCodes.has(error.code)) return failedResult(error, { meter, now });
			throw error;
		}
		return this.#run(work, call);
	}

	async #prepare(call: AgentCall, meter: Meter): Promise<Work> {
		const { models, settings, context, name, reference } = this.#options;
		const { input, correction, outputFields } = call;
		const sdk = await this.#sdk();
		const modelCall = { sdk, meter, keys: new RequestKeys(call.idempotencyKey), trace: call.traceModelCall };
		const scope = { input, context: call.context };
		const builder = new AgentBuilder({
			sdk,
			models,
			modelCall,
			scope,
			machineTools: call.machineTools,
			outputFields,
			agents: context.agents ?? {},
			moduleAgent: (other, ref) => this.#moduleAgent(sdk, other, ref),
		});
		const { ref, config } = reference;
		const agent = await (ref === undefined ? builder.build(name, config) : this.#moduleAgent(sdk, name, ref));
		const conversation = conversationOf({ input, user: settings.user, scope, correction });
		return { sdk, meter, modelCall, builder, agent, conversation };
	}

	async #run(work: Work, call: AgentCall): Promise<AgentResult> {
		const { sdk, meter, builder, conversation } = work;
		const { settings, now } = this.#options;
		let observation: Observation | undefined;
		try {
			const runner = this.#runner(work, call);
			observation = observeRun(runner, call, (agent, tool) => builder.usesMachineTool(agent, tool));
			const outcome = await this.#outcome(runner, work, call, observation);
			call.signal?.throwIfAborted();
			if (outcome.interruptions.length > 0) return interruptedResult(outcome, meter);
			return await answerOf(outcome, {
				meter,
				now,
				prompt: conversation.prompt,
				keepsSession: settings.keepsSession,
				handoffs: observation.handoffs,
				builtOf: (agent) => builder.builtOf(agent),
			});
		} catch (error) {
			call.signal?.throwIfAborted();
			observation?.close(error);
			return failedResult(error, { meter, now, sdk, prompt: conversation.prompt });
		} finally {
			observation?.close();
		}
	}

	/** A runner for one call: what it does not say, the SDK would take from what is set for the whole process. */
	#runner({ sdk, modelCall }: Work, { sessionId }: AgentCall): Runner {
		const { models, settings, name, context, reference } = this.#options;
		const isOfModule = reference.ref !== undefined;
		return new sdk.Runner({
			modelProvider: models.provider(settings.model, isOfModule, { ...modelCall, agentName: name }),
			tracingDisabled: !settings.traces,
			traceIncludeSensitiveData: false,
			workflowName: context.machineName,
			...(sessionId !== undefined && { groupId: sessionId }),
		});
	}

	async #outcome(
		runner: Runner,
		{ sdk, agent, conversation }: Work,
		call: AgentCall,
		observation: Observation,
	): Promise<RunOutcome & InterruptedRun> {
		const { settings, models } = this.#options;
		const { signal, sessionId } = call;
		const context = new sdk.RunContext<unknown>(infoOf(call));
		const start = call.resume ? await resumedRun(sdk, agent, call.resume, context) : conversation.items;
		const options = {
			context,
			...(signal && { signal }),
			...(settings.maxTurns !== undefined && { maxTurns: settings.maxTurns }),
			...(sessionId?.startsWith("conv_") && { conversationId: sessionId }),
		};
		const streams = models.configOf(settings.model).stream ?? call.stream;
		if (streams !== true) return runner.run(agent, start, options);
		const run = await runner.run(agent, start, { ...options, stream: true });
		for await (const event of run) observation.streamed(event);
		await run.completed;
		if (run.error) throw run.error;
		return run;
	}

	async #sdk(): Promise<AgentsSdk> {
		const { reference, context } = this.#options;
		const folders = [context.configDir];
		if (reference.ref !== undefined) folders.unshift(dirname(await this.#locate(reference.ref)));
		return loadSdk(folders);
	}

	#locate(ref: string): Promise<string> {
		const { context, modules } = this.#options;
		return locateModule(readModuleReference(ref), context.configDir, modules);
	}

	async #moduleAgent(sdk: AgentsSdk, name: string, ref: string): Promise<SdkAgent> {
		return importAgent(sdk, name, await this.#locate(ref), readModuleReference(ref), this.#options.modules);
	}
}

/**
 * What tools of a module find in the run's context. Not enumerable, so that the SDK leaves it out of what it stores of a
 * run: it is the machine's, and comes anew with each call.
 */
function infoOf({ input, context, sessionId, state, idempotencyKey }: AgentCall): RunInfo {
	const info: RunInfo = {
		input,
		context,
		...(sessionId !== undefined && { sessionId }),
		...(state !== undefined && { state }),
		...(idempotencyKey !== undefined && { idempotencyKey }),
	};
	for (const key of Object.keys(info)) Object.defineProperty(info, key, { enumerable: false });
	return info;
}
