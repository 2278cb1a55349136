/** The agent adapters that a machine may use, by the `type` of its agents; adapters are loaded when first needed. */
import { FlatstateError } from "../errors.ts";
import type { AgentAdapter, AgentAdapterContext, AgentExecutor, AgentReference } from "./agent.ts";

/** No adapter is registered for an agent's type. */
export class UnknownAgentTypeError extends FlatstateError {
	constructor(typeName: string, known: readonly string[], agentName?: string) {
		const whose = agentName === undefined ? "" : ` of agent "${agentName}"`;
		const list = known.length === 0 ? "none" : known.map((name) => `"${name}"`).join(", ");
		super(
			"unknown_agent_type",
			`No adapter is registered for the type "${typeName}"${whose}. Registered: ${list}. ` +
				`Correct the agent's \`type\`, or register an adapter whose typeName is "${typeName}".`,
		);
	}
}

type LoadAdapter = () => AgentAdapter | Promise<AgentAdapter>;

/** An adapter of this type name serves the agents of every type, in place of all other adapters. */
export const everyAgentType = "*";

/** Agent adapters by type name (spec section 2.2). */
export class AgentAdapterRegistry {
	readonly #loaders = new Map<string, LoadAdapter>();
	readonly #loaded = new Map<string, Promise<AgentAdapter>>();

	/** @param adapters registered at once */
	constructor(adapters: readonly AgentAdapter[] = []) {
		for (const adapter of adapters) this.register(adapter);
	}

	/** Adds an adapter under its type name, or replaces the one that was there; `*` serves every type. */
	register(adapter: AgentAdapter): this {
		return this.registerLazy(adapter.typeName, () => adapter);
	}

	/**
	 * Adds an adapter that is loaded when the first agent of its type is made, so that its libraries cost nothing before.
	 * A load that fails is tried again at the next use.
	 */
	registerLazy(typeName: string, load: LoadAdapter): this {
		this.#loaders.set(typeName, load);
		this.#loaded.delete(typeName);
		return this;
	}

	/** Whether agents of this type can be made. */
	has(typeName: string): boolean {
		return this.#loaders.has(everyAgentType) || this.#loaders.has(typeName);
	}

	/** The registered type names, in order of registration. */
	types(): string[] {
		return [...this.#loaders.keys()];
	}

	/**
	 * The adapter for a type, loaded.
	 * @param agentName for the message of the error
	 * @throws UnknownAgentTypeError when there is none
	 */
	get(typeName: string, agentName?: string): Promise<AgentAdapter> {
		const key = this.#loaders.has(everyAgentType) ? everyAgentType : typeName;
		const loading = this.#loaded.get(key);
		if (loading !== undefined) return loading;
		const load = this.#loaders.get(key);
		if (load === undefined) return Promise.reject(new UnknownAgentTypeError(typeName, this.types(), agentName));
		const loaded = Promise.resolve().then(load);
		this.#loaded.set(key, loaded);
		loaded.catch(() => {
			if (this.#loaded.get(key) === loaded) this.#loaded.delete(key);
		});
		return loaded;
	}

	/**
	 * Makes an executor with the adapter of the agent's type.
	 * @throws UnknownAgentTypeError when there is none; whatever the adapter throws for a bad configuration
	 */
	async createExecutor(
		agentName: string,
		reference: AgentReference,
		context: AgentAdapterContext,
	): Promise<AgentExecutor> {
		const adapter = await this.get(reference.type, agentName);
		return adapter.createExecutor(agentName, reference, context);
	}
}
