/** The registry of hooks: turns the references of a machine into hooks (spec sections 2.4 and 15.0). */
import type { HookRef } from "../../compiler/plan/plan.ts";
import { compositeHooks, NO_HOOKS } from "./composite.ts";
import type { ModuleAccess } from "./confined-module.ts";
import { HookNotFoundError } from "./errors.ts";
import type { MachineHooks } from "./hooks.ts";
import { type HooksEntry, isHooksFactory, makeHooks } from "./make.ts";
import { assertHooks } from "./methods.ts";
import { hooksFromModule } from "./module-reference.ts";
import { didYouMean, nameList } from "./nearest-name.ts";

/** Settings of a {@link HooksRegistry}. */
export interface HooksRegistryOptions {
	/** What `{file, class}` references may import. Default: modules inside the machine's own folder. */
	readonly modules?: ModuleAccess;
}

/** Hooks by name. One registry serves a machine and its children. */
export class HooksRegistry {
	readonly #entries = new Map<string, HooksEntry>();
	readonly #modules: ModuleAccess;

	constructor(options: HooksRegistryOptions = {}) {
		this.#modules = options.modules ?? {};
	}

	/**
	 * Puts hooks under a name; the last registration wins.
	 *
	 * @param entry a class (called with `new`) or function that gets the reference's `args` as one object, once per
	 * reference; or ready hooks that all references share
	 * @throws {HookError} `hook_invalid` when it is none of these
	 */
	register(name: string, entry: HooksEntry): this {
		if (!isHooksFactory(entry)) {
			assertHooks(entry, `hooks \`${name}\``);
		}
		this.#entries.set(name, entry);
		return this;
	}

	/** Takes over all names of another registry; its names win. */
	include(other: Pick<HooksRegistry, "names" | "get">): this {
		for (const name of other.names()) {
			const entry = other.get(name);
			if (entry !== undefined) {
				this.register(name, entry);
			}
		}
		return this;
	}

	has(name: string): boolean {
		return this.#entries.has(name);
	}

	/** What is registered under a name. */
	get(name: string): HooksEntry | undefined {
		return this.#entries.get(name);
	}

	/** All names, sorted. */
	names(): string[] {
		return [...this.#entries.keys()].sort();
	}

	/**
	 * Makes the hooks that references stand for; several become a composite in their order, none become hooks without
	 * methods. Every call makes new hooks, so keep the result. A promise is given only where a module is imported.
	 *
	 * @throws {HookNotFoundError} `hook_not_found` for a name that nobody registered
	 * @throws {HookModuleError} `hook_module` (as a rejection) for a module that offers no such hooks
	 * @throws {HookError} `hook_invalid`, `hook_invalid_args`
	 */
	resolve(refs: HookRef | readonly HookRef[]): MachineHooks | Promise<MachineHooks> {
		const list: readonly HookRef[] = "kind" in refs ? [refs] : refs;
		if (list.length === 0) {
			return NO_HOOKS;
		}
		const named: MachineHooks[] = [];
		for (const ref of list) {
			if (ref.kind === "module") {
				return this.#resolveAll(list);
			}
			named.push(this.#resolveNamed(ref));
		}
		return compositeHooks(named);
	}

	async #resolveAll(list: readonly HookRef[]): Promise<MachineHooks> {
		const made: MachineHooks[] = [];
		for (const ref of list) {
			made.push(ref.kind === "named" ? this.#resolveNamed(ref) : await hooksFromModule(ref, this.#modules));
		}
		return compositeHooks(made);
	}

	#resolveNamed(ref: Extract<HookRef, { kind: "named" }>): MachineHooks {
		const entry = this.#entries.get(ref.name);
		if (entry === undefined) {
			const names = this.names();
			throw new HookNotFoundError(
				ref.name,
				`No hooks are registered under \`${ref.name}\`.${didYouMean(ref.name, names)} ` +
					`Registered: ${nameList(names)}. Register them with \`registry.register(name, hooks)\`.`,
			);
		}
		return makeHooks(entry, ref.args, `hooks \`${ref.name}\``);
	}
}
