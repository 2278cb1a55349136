/** Processes that run executions: some are kept ready, so that their start takes no time of the run that is killed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dist } from "../build-package.ts";
import type { KillPlan } from "./kill-plans.ts";

/** What a process is to do. */
export interface Work {
	readonly url: string;
	readonly leaseSeconds?: number;
	/** Whether the process keeps the store open for its next work, which must be on the same execution. */
	readonly keepsStore?: boolean;
	/** The machine's YAML. */
	readonly document: string;
	readonly id: string;
	readonly input?: Readonly<Record<string, unknown>>;
	/** Gets a line for everything that the process does. */
	readonly log: string;
	readonly options?: { readonly maxSteps?: number; readonly awaitSignals?: boolean };
	readonly kill?: KillPlan;
}

export interface ToldError {
	readonly name: string;
	readonly message: string;
	readonly code?: string;
	readonly holder: { readonly label: string } | null;
	readonly stack?: string;
}

/** What a process tells of its run; see `RunResult`. */
export interface ToldResult {
	readonly status: "done" | "failed" | "stopped" | "waiting";
	readonly output?: unknown;
	readonly error?: ToldError;
	readonly agentCalls: number;
	readonly cost: number;
	readonly steps: number;
	readonly usage: unknown;
}

export type LifeEnd =
	| { readonly type: "killed" }
	| { readonly type: "result"; readonly result: ToldResult }
	| { readonly type: "error"; readonly error: ToldError };

const driver = join(import.meta.dirname, "driver.mjs");
const entry = join(dist, "src/index.js");
/** Milliseconds that a piece of work may take. */
const patience = 40_000;

/** One process. */
export class Driver {
	readonly #child: ChildProcess;
	readonly #exit: Promise<unknown>;
	/** What it wrote to its standard error: complaints of the runtime, and why it crashed. */
	complaints = "";

	private constructor(modules: readonly string[]) {
		this.#child = fork(driver, [entry, ...modules], { stdio: ["ignore", "inherit", "pipe", "ipc"], execArgv: [] });
		this.#exit = once(this.#child, "close");
		this.#child.stderr?.setEncoding("utf8").on("data", (text) => {
			this.complaints += text;
		});
	}

	/** @param modules that it loads before it is ready */
	static async start(modules: readonly string[]): Promise<Driver> {
		const made = new Driver(modules);
		const [message] = await Promise.race([once(made.#child, "message"), made.#exit.then(() => [made.complaints])]);
		if (message?.type !== "ready") throw new Error(`A process did not start: ${JSON.stringify(message)}`);
		return made;
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
		this.#child.kill(name);
	}

	/** Does some work, or is killed meanwhile. @throws where the process ends in any other way */
	async work(work: Work): Promise<LifeEnd> {
		const { kill = { kind: "never" } } = work;
		const told = once(this.#child, "message").then(([message]): LifeEnd => message);
		const killed = this.#exit.then((): LifeEnd => {
			if (this.#child.signalCode === "SIGKILL") return { type: "killed" };
			throw new Error(`A process ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.complaints}`);
		});
		this.#child.send({ ...work, kill: kill.kind === "point" ? kill : null });
		let isHit = false;
		const hit = () => {
			isHit = true;
			this.signal("SIGKILL");
		};
		const timer = kill.kind === "time" ? setTimeout(hit, kill.milliseconds) : undefined;
		const impatience = new AbortController();
		const hung = sleep(patience, undefined, { signal: impatience.signal }).then(() => {
			throw new Error(`A process has not ended what it does within ${patience / 1000} s.`);
		});
		hung.catch(() => undefined);
		try {
			const end = await Promise.race([told, killed, hung]);
			// It may have told how it ended in its last moment.
			return isHit ? await killed : end;
		} finally {
			clearTimeout(timer);
			impatience.abort();
		}
	}

	async end(): Promise<void> {
		this.signal("SIGKILL");
		await this.#exit;
	}
}

/** Keeps processes ready. */
export class Drivers {
	readonly #ready: Promise<Driver>[] = [];
	/** Every one that was ever made. */
	readonly #made: Promise<Driver>[] = [];
	readonly #spares: number;
	readonly #modules: readonly string[];

	constructor(spares: number, modules: readonly string[]) {
		this.#spares = spares;
		this.#modules = modules;
	}

	/** One that nobody else has, which the caller may end or give back. */
	take(): Promise<Driver> {
		while (this.#ready.length <= this.#spares) this.#ready.push(this.#start());
		return this.#ready.shift() ?? this.#start();
	}

	#start(): Promise<Driver> {
		const started = Driver.start(this.#modules);
		started.catch(() => undefined);
		this.#made.push(started);
		return started;
	}

	giveBack(driver: Driver): void {
		this.#ready.unshift(Promise.resolve(driver));
	}

	/** Ends all, those that were taken, too, so that a test that fails leaves none behind. */
	async end(): Promise<void> {
		this.#ready.length = 0;
		for (const made of this.#made.splice(0)) await (await made).end();
	}
}
