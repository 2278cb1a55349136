/** Where workers and pools are kept for the hooks `distributed-worker`: what their arguments say, else the run's own store. */
import type { ActionRun } from "../hooks/action-run.ts";
import { argumentError, assertKnownArgs, textArg } from "../hooks/args.ts";
import type { HooksArgs } from "../hooks/make.ts";
import { ValueError } from "../state/errors.ts";
import type { Store } from "../store/store.ts";
import type { RegistrationBackend } from "./registration-backend.ts";
import type { WorkBackend } from "./work-backend.ts";

export interface WorkerBackends {
	readonly registrations: RegistrationBackend;
	readonly work: WorkBackend;
}

/** In the working directory, as the specification has it. */
const defaultFile = "workers.sqlite";
const memory = "memory:";
const hooksName = "distributed-worker";

/**
 * The address that arguments name: `backend` (`memory`, `sqlite`, `redis`, `postgres`), `db_path`, `url`.
 * @returns undefined where they leave it to the run
 * @throws {HookError} `hook_invalid_args`
 */
export function backendAddress(
	args: HooksArgs,
	environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
	assertKnownArgs(hooksName, args, ["backend", "db_path", "url"]);
	const [backend, file, url] = ["backend", "db_path", "url"].map((name) => textArg(hooksName, args, name));
	switch (backend ?? (file === undefined ? url && "url" : "sqlite")) {
		case undefined:
			return undefined;
		case "memory":
			return memory;
		case "sqlite":
			return `sqlite:${file ?? defaultFile}`;
		case "url":
			return url;
		case "redis":
		case "postgres": {
			const address = url ?? environment[`${backend?.toUpperCase()}_URL`];
			if (address !== undefined && address !== "") return address;
			throw argumentError(
				hooksName,
				`\`backend: ${backend}\` needs \`url\`, or the environment variable ${backend?.toUpperCase()}_URL.`,
			);
		}
		default:
			throw argumentError(
				hooksName,
				`expected \`backend\` to be memory, sqlite, redis or postgres, got \`${backend}\`.`,
			);
	}
}

interface Opened {
	readonly store: Promise<Store>;
	readonly users: Set<AbortSignal>;
}

/** Open as long as a machine uses them; each state has hooks of its own, which share them. */
const opened = new Map<string, Opened>();

async function storeAt(address: string, run: ActionRun): Promise<Store> {
	const { ended } = run;
	const entry = opened.get(address) ?? { store: run.openStore(address), users: new Set() };
	opened.set(address, entry);
	if (!entry.users.has(ended)) {
		entry.users.add(ended);
		const leave = () => {
			entry.users.delete(ended);
			// What is in memory is there for the next machine.
			if (entry.users.size === 0 && address !== memory) close(address, entry, run);
		};
		if (ended.aborted) leave();
		else ended.addEventListener("abort", leave, { once: true });
	}
	try {
		return await entry.store;
	} catch (error) {
		if (opened.get(address) === entry) opened.delete(address);
		throw error;
	}
}

function close(address: string, entry: Opened, { logger }: ActionRun): void {
	if (opened.get(address) === entry) opened.delete(address);
	entry.store
		// Whoever asked for one that could not be opened has been told.
		.then(
			(store) => store.close(),
			() => undefined,
		)
		.catch((error: unknown) => {
			logger.warn("The store of workers could not be closed", { error: String(error) });
		});
}

/**
 * @param address undefined: the run's own store where it has pools, else `workers.sqlite` in the working directory
 * @throws StoreError, ValueError
 */
export async function workerBackends(address: string | undefined, run: ActionRun): Promise<WorkerBackends> {
	const own = address === undefined ? run.store : null;
	const { registrations, work, name } =
		own?.registrations && own.work ? own : await storeAt(address ?? `sqlite:${defaultFile}`, run);
	if (registrations && work) return { registrations, work };
	throw new ValueError(`The store ${name} has no pools of work. Use one of memory, sqlite, redis, postgres.`);
}
