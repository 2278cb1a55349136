/** `--inspect`: the server through which a browser follows a run, and how long it stays. */
import { once } from "node:events";
import { FlatstateError } from "../../runtime/errors.ts";
import type { RunOptions, RunResult } from "../../runtime/machine/run-result.ts";
import type { RunInspector, RunInspectorOptions } from "../inspect/run-inspector.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { isInteractive, writeTo } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

export interface InspectCommandOptions {
	readonly inspect?: boolean;
	readonly inspectPort?: number;
	/** Stop before the first effect. */
	readonly inspectPause?: boolean;
	/** Default: `interrupt` on a terminal, else `end`. */
	readonly inspectUntil?: "end" | "interrupt";
}

export interface RunInspection extends AsyncDisposable {
	/** These, with what the inspector needs beside them. */
	join(options: RunOptions): RunOptions;
	ended(result: RunResult): void;
	/** Waits until nobody wants to look any more. */
	finished(): Promise<void>;
}

/** Not inspected: everything stays as it is. */
const uninspected: RunInspection = {
	join: (options) => options,
	ended: () => undefined,
	finished: async () => undefined,
	async [Symbol.asyncDispose]() {},
};

/** What is run, and where signals to it go. */
export type InspectedRun = Pick<RunInspectorOptions, "set" | "executionId"> &
	Partial<Pick<RunInspectorOptions, "planId" | "signals">>;

/** @throws UsageError where the port is taken */
export async function openRunInspection(
	run: InspectedRun,
	options: InspectCommandOptions,
	write: (text: string) => void,
): Promise<RunInspection> {
	if (!options.inspect) return uninspected;
	const { startRunInspector } = await import("../inspect/run-inspector.ts");
	const { inspectPort: port, inspectPause: isPaused } = options;
	const inspector = await orPortError(() =>
		startRunInspector({
			...run,
			...(port !== undefined && { port }),
			...(isPaused !== undefined && { isPaused }),
			onLeftPaused: () => write(leftPaused),
		}),
	);
	write(
		`Inspector: ${inspector.url}\n` +
			`In Stately's inspector, which is loaded from stately.ai: ${inspector.statelyUrl}\n` +
			`${isPaused ? "The run waits for the page to let it go on.\n" : ""}`,
	);
	return inspectionBy(inspector, options);
}

const leftPaused =
	"The run is paused and no page is open: it waits. Open the page's address again, or stop with Ctrl-C.\n";

/** @throws UsageError in place of an InspectorError: the port was named on the command line */
export async function orPortError<T>(start: () => Promise<T>): Promise<T> {
	try {
		return await start();
	} catch (error) {
		if (error instanceof FlatstateError && error.code === "inspector_port") {
			throw new UsageError(error.message, { cause: error });
		}
		throw error;
	}
}

function inspectionBy(inspector: RunInspector, { inspectUntil }: InspectCommandOptions): RunInspection {
	const { runOptions } = inspector;
	const until = inspectUntil ?? (isInteractive(process.stderr) ? "interrupt" : "end");
	let wasInterrupted = false;
	return {
		join: (options) => ({
			...options,
			...runOptions,
			onEvent: (event) => {
				runOptions.onEvent(event);
				options.onEvent?.(event);
			},
		}),
		ended(result) {
			wasInterrupted = result.status === "stopped" && result.reason === "aborted";
			inspector.ended(result);
		},
		async finished() {
			if (until === "end" || wasInterrupted) return;
			using interrupt = listenForInterrupt();
			await writeTo(process.stderr, "The run has come to its end; the inspector stays until Ctrl-C.\n");
			if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
		},
		[Symbol.asyncDispose]: () => inspector.close(),
	};
}
