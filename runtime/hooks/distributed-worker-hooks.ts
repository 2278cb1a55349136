/** Hooks that make a machine a worker of a pool, or the one who looks after workers (spec section 17.3, docs/workers.md). */
import { ValueError } from "../state/errors.ts";
import { jobActions } from "../workers/job-actions.ts";
import { registryActions } from "../workers/registry-actions.ts";
import { scalingActions } from "../workers/scaling-actions.ts";
import type { WorkerAction } from "../workers/worker-action.ts";
import { backendAddress, type WorkerBackends, workerBackends } from "../workers/worker-backends.ts";
import type { ActionInfo, Context, MachineHooks } from "./hooks.ts";
import type { HooksArgs } from "./make.ts";

const actions: ReadonlyMap<string, WorkerAction> = new Map([...scalingActions, ...jobActions, ...registryActions]);

/**
 * Twelve actions on pools of work and the registry of workers; any other leaves the context as it is. What an action lacks
 * is a ValueError of its state.
 */
export class DistributedWorkerHooks implements MachineHooks {
	readonly #address: string | undefined;
	readonly #backends: WorkerBackends | undefined;

	/**
	 * @param args `backend` (`memory`, `sqlite`, `redis`, `postgres`), `db_path` of a file, `url` of a server. Default: the
	 * run's own store where it has pools, else `workers.sqlite` in the working directory
	 * @param backends in place of what the arguments say
	 * @throws {HookError} `hook_invalid_args`
	 */
	constructor(args: HooksArgs = {}, backends?: WorkerBackends) {
		this.#address = backendAddress(args, process.env);
		this.#backends = backends;
	}

	async onAction(action: string, context: Context, info: ActionInfo): Promise<Context> {
		const act = actions.get(action);
		if (act === undefined || info.keyResult !== undefined) return context;
		const { run } = info;
		if (run === undefined) throw new ValueError(`Action \`${action}\` needs the run that it belongs to.`);
		const { registrations, work } = this.#backends ?? (await workerBackends(this.#address, run));
		return { ...context, ...(await act({ action, context, run, registrations, work })) };
	}
}
