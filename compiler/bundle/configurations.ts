/** The stored configurations of machines that were compiled together, and the ids by which checkpoints name machines. */
import type { Analysis } from "../plan/analyze.ts";
import { type AnalyzedMachines, bundleMachine } from "./bundle-machine.ts";
import { documentWithoutKeys } from "./keys.ts";
import { PortableNames } from "./portable-names.ts";

/** Both ways between the ids of this process and those that mean the same everywhere. */
interface Ids {
	readonly portable: ReadonlyMap<string, string>;
	readonly here: ReadonlyMap<string, string>;
}

export class Configurations {
	readonly #machines: AnalyzedMachines;
	readonly #entry: string;
	readonly #texts = new Map<string, string | undefined>();
	readonly #ids = new Map<string, Ids>();

	/** @param entry the machine that ids are relative to, unless another one is named */
	constructor({ plans, origins, documents }: Pick<Analysis, "plans" | "origins" | "documents">, entry: string) {
		// The documents themselves hold the trees that they were read from: only what is needed later is kept.
		const kept = new Map([...documents].map(([file, document]) => [file, documentWithoutKeys(document)] as const));
		this.#machines = { plans, origins, documents: kept };
		this.#entry = entry;
	}

	/** The bundle with this machine as its entry; undefined where `bundleMachine` gives none. */
	text(planId: string): string | undefined {
		if (!this.#texts.has(planId)) this.#texts.set(planId, bundleMachine(this.#machines, planId));
		return this.#texts.get(planId);
	}

	/**
	 * What a machine is called in every process: the path of its file, and `#machines.name` for one inside another.
	 * @param root the machine whose folder the path is relative to; its bundle has the machine under this id
	 * @returns undefined for an unknown machine
	 */
	portableId(planId: string, root: string = this.#entry): string | undefined {
		return this.#idsFrom(root)?.portable.get(planId);
	}

	/** The other way round: the id in this process. */
	planOf(portableId: string, root: string = this.#entry): string | undefined {
		return this.#idsFrom(root)?.here.get(portableId);
	}

	#idsFrom(root: string): Ids | undefined {
		const known = this.#ids.get(root);
		if (known) return known;
		const origin = this.#machines.origins.get(root);
		if (!origin) return undefined;
		const names = new PortableNames(this.#machines, origin.folder);
		const pairs = [...this.#machines.plans.keys()].map((id) => [id, names.ofPlan(id)] as const);
		const ids = { portable: new Map(pairs), here: new Map(pairs.map(([id, portable]) => [portable, id] as const)) };
		this.#ids.set(root, ids);
		return ids;
	}
}
