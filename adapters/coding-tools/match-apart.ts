/** Looks for a regular expression of a model's in a thread of its own, which can be ended: JavaScript's engine may take for ever. */
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageFolder } from "../../runtime/package-folder.ts";
import { CodingToolError } from "./errors.ts";

/** What the thread looks for. */
export interface MatchRequest {
	readonly pattern: string;
	readonly flags: string;
	/** Of all texts together. */
	readonly mostMatches: number;
}

export interface FoundLine {
	/** From 1. */
	readonly line: number;
	readonly text: string;
}

const longestPattern = 1000;

export class Matcher implements AsyncDisposable {
	readonly #worker: Worker;
	readonly #seconds: number;
	readonly #end: AbortSignal;

	/**
	 * @param seconds after which the search is given up
	 * @throws CodingToolError `unfit` for what is no regular expression
	 */
	constructor(request: MatchRequest, seconds: number, signal: AbortSignal) {
		const { pattern, flags } = request;
		if (pattern.length > longestPattern) {
			throw new CodingToolError("unfit", `The pattern is longer than ${longestPattern} characters.`);
		}
		try {
			new RegExp(pattern, flags);
		} catch (cause) {
			const reason = cause instanceof Error ? cause.message : String(cause);
			throw new CodingToolError("unfit", `The pattern is no regular expression: ${reason}`, { cause });
		}
		this.#seconds = seconds;
		this.#worker = new Worker(join(packageFolder(), "dist", "adapters", "coding-tools", "match-worker.js"), {
			workerData: request,
			execArgv: [],
			resourceLimits: { maxOldGenerationSizeMb: 256 },
		});
		this.#end = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
	}

	/** The lines of a text that match. @throws CodingToolError `too_long`; the signal's reason when it aborts */
	async linesIn(text: string): Promise<readonly FoundLine[]> {
		this.#worker.postMessage(text);
		try {
			const [found]: readonly FoundLine[][] = await once(this.#worker, "message", { signal: this.#end });
			return found ?? [];
		} catch (cause) {
			if (!this.#end.aborted) throw cause;
			const isLate = this.#end.reason instanceof DOMException && this.#end.reason.name === "TimeoutError";
			if (!isLate) throw this.#end.reason;
			throw new CodingToolError(
				"too_long",
				`The search took longer than ${this.#seconds} s. Make the pattern simpler, set literal, or search a folder.`,
			);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#worker.terminate();
	}
}
