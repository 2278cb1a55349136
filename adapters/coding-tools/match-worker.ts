/** A thread of its own that looks for a pattern of a model's in texts: one that takes for ever is ended with the thread. */
import { parentPort, workerData } from "node:worker_threads";
import type { FoundLine, MatchRequest } from "./match-apart.ts";

const { pattern, flags, mostMatches }: MatchRequest = workerData;
const looked = new RegExp(pattern, flags);
let left = mostMatches;

parentPort?.on("message", (text: string) => {
	const found: FoundLine[] = [];
	for (const [index, line] of text.split("\n").entries()) {
		if (left <= 0) break;
		if (!looked.test(line)) continue;
		left -= 1;
		found.push({ line: index + 1, text: line });
	}
	parentPort?.postMessage(found);
});
