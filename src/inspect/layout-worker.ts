/** A thread of its own that lays diagrams out, one after the other: a large one takes seconds, in which nothing else runs. */
import { parentPort, workerData } from "node:worker_threads";
import { describeError } from "../../runtime/agents/errors.ts";
import type { Diagram } from "../diagram/diagram.ts";
import { layOut } from "../diagram/lay-out.ts";
import type { Drawing } from "./lay-out-apart.ts";

const diagrams: readonly Diagram[] = workerData;
for (const diagram of diagrams) parentPort?.postMessage(await drawingOf(diagram));

async function drawingOf(diagram: Diagram): Promise<Drawing> {
	try {
		return { is: "drawn", diagram: await layOut(diagram) };
	} catch (error) {
		return { is: "undrawn", reason: describeError(error).text };
	}
}
