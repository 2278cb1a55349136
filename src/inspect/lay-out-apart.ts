/** Lays diagrams out in a thread of its own, so that the run which is inspected goes on meanwhile. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describeError } from "../../runtime/agents/errors.ts";
import { packageFolder } from "../../runtime/package-folder.ts";
import type { Diagram, LaidOutDiagram } from "../diagram/diagram.ts";

/** What came of a diagram. */
export type Drawing =
	| { readonly is: "drawn"; readonly diagram: LaidOutDiagram }
	/** The reason says what to do. */
	| { readonly is: "undrawn"; readonly reason: string };

export interface LayingOut {
	/** Gives up what is not yet laid out. */
	stop(): void;
}

/**
 * Lays diagrams out one after the other. It keeps no process alive, and never throws: what goes wrong is the drawing's
 * reason.
 * @param tell called for each diagram, in their order, in later turns of the event loop
 */
export function layOutApart(
	diagrams: readonly Diagram[],
	tell: (diagram: Diagram, drawing: Drawing) => void,
): LayingOut {
	const waiting = [...diagrams];
	let worker: Worker | undefined;
	const done = (drawing: Drawing) => {
		const diagram = waiting.shift();
		if (diagram) tell(diagram, drawing);
	};
	const start = () => {
		worker = new Worker(workerFile(), { workerData: waiting, execArgv: [] });
		worker.unref();
		worker.on("message", done);
		// Out of memory, for one: the others get a thread anew.
		worker.once("error", failed);
	};
	const failed = (error: unknown) => {
		worker = undefined;
		done({ is: "undrawn", reason: describeError(error).text });
		next();
	};
	const next = () => {
		if (waiting.length === 0) return;
		try {
			start();
		} catch (error) {
			setImmediate(failed, error);
		}
	};
	next();
	return {
		stop() {
			waiting.length = 0;
			void worker?.terminate();
		},
	};
}

/** As it was built: a thread is started from a file. */
function workerFile(): string {
	return join(packageFolder(), "dist", "src", "inspect", "layout-worker.js");
}
