/** A compiled set on which scenarios are replayed, one after the other: compiled once, with surroundings that change. */
import { type ScriptedAnswer, scriptedAdapter } from "../../../adapters/scripted/index.ts";
import type { AgentAdapter, AgentCall } from "../../../runtime/agents/agent.ts";
import { AgentAdapterRegistry, everyAgentType } from "../../../runtime/agents/registry.ts";
import { HooksRegistry } from "../../../runtime/hooks/registry.ts";
import { silentLogger } from "../../../runtime/logging/logger.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import { InMemoryResultBackend } from "../../../runtime/results/memory-result-backend.ts";
import type { RuntimeServices } from "../../../runtime/state/services.ts";
import type { StandIns } from "../../../runtime/state/stand-ins.ts";
import { type RouteTable, routeTable } from "./route-table.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What answers a run, whatever it asks for. */
export interface RunAnswers extends StandIns {
	/** @param input what the state's `input` gives the agent */
	agent(name: string, input: unknown): ScriptedAnswer | Promise<ScriptedAnswer>;
}

/** What surrounds one run. */
interface Surroundings {
	readonly answers: RunAnswers;
	readonly agents: AgentAdapter;
	readonly time: VirtualTime;
	ids: number;
}

const sets = new WeakMap<CompiledSet, ReplaySet>();

export class ReplaySet {
	readonly set: CompiledSet;
	readonly #tables = new Map<string, RouteTable>();
	#surroundings: Surroundings | undefined;
	/** Ends with the run that is under way. */
	#last: Promise<unknown> = Promise.resolve();

	private constructor(set: CompiledSet) {
		this.set = set.withServices(this.#services());
	}

	/** The one of a set, made when it is first asked for. */
	static of(set: CompiledSet): ReplaySet {
		const known = sets.get(set);
		if (known) return known;
		const made = new ReplaySet(set);
		sets.set(set, made);
		return made;
	}

	/** The YAML transitions of a machine. */
	routes(planId: string): RouteTable {
		const known = this.#tables.get(planId);
		if (known) return known;
		const made = routeTable(this.set.plan(planId), this.set.machine(planId));
		this.#tables.set(planId, made);
		return made;
	}

	/** Runs with these answers when all runs before have ended: a compiled machine has one surrounding at a time. */
	async withAnswers<T>(answers: RunAnswers, run: () => Promise<T>): Promise<T> {
		const before = this.#last;
		const turn = before.then(async () => {
			this.#surroundings = surroundingsOf(answers);
			try {
				return await run();
			} finally {
				this.#surroundings = undefined;
			}
		});
		this.#last = turn.catch(() => undefined);
		return turn;
	}

	#current(): Surroundings {
		if (!this.#surroundings) throw new TypeError("A machine of a replay was used after its run.");
		return this.#surroundings;
	}

	#services(): RuntimeServices {
		const answers = () => this.#current().answers;
		return {
			agents: new AgentAdapterRegistry([this.#agents()]),
			hooks: new HooksRegistry(),
			logger: silentLogger,
			// Ids are counted anew for each run, so that results of earlier ones are replaced.
			results: new InMemoryResultBackend(),
			now: () => this.#current().time.now(),
			sleep: (deadline, options) => this.#current().time.sleep(deadline, options),
			// In the middle of what jitter adds and takes away: no jitter.
			random: () => 0.5,
			newId: () => {
				const current = this.#current();
				current.ids += 1;
				return `scenario-${current.ids}`;
			},
			standIns: {
				machine: (name, input) => answers().machine(name, input),
				launch: (name, input) => answers().launch(name, input),
				action: (name, context) => answers().action(name, context),
				signal: (state) => answers().signal(state),
				expires: (state) => answers().expires?.(state) ?? false,
			},
		};
	}

	/** Executors are made once for all runs; each call goes to the run that is under way. */
	#agents(): AgentAdapter {
		return {
			typeName: everyAgentType,
			createExecutor: async (name, reference, context) => {
				const { metadata = {} } = await scriptedAdapter({}).createExecutor(name, reference, context);
				const execute = async (call: AgentCall) => {
					const executor = await this.#current().agents.createExecutor(name, reference, context);
					return executor.execute(call);
				};
				return { metadata, execute, executeWithTools: execute };
			},
		};
	}
}

function surroundingsOf(answers: RunAnswers): Surroundings {
	const agents = scriptedAdapter(({ input }, { agentName }) => answers.agent(agentName, input));
	return { answers, agents, time: new VirtualTime(), ids: 0 };
}
