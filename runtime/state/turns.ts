/**
 * Lets the event loop have its turn between many starts of machines: a machine that calls itself twice would otherwise
 * run in microtasks for ever, and neither a timer nor an abort would come through.
 */
import type { Visit } from "./visit.ts";

/** Machines that may start in one turn of the event loop. The loop is the process's, and so is this count. */
const startsInOneTurn = 100;

let started = 0;
let isOpening = false;
/** Those that wait for a turn, first come, first served; the ones before `first` have had theirs. */
let waiting: (() => void)[] = [];
let first = 0;

/**
 * Waits, where needed, until one more machine may start.
 * @throws an AbortError where the visit was given up meanwhile
 */
export async function turnToStart(visit: Visit): Promise<void> {
	started += 1;
	if (started <= startsInOneTurn && waiting.length === 0) return;
	const { activity } = visit.environment;
	activity.begin();
	try {
		await new Promise<void>((resolve) => {
			waiting.push(resolve);
			openLater();
		});
	} finally {
		activity.end();
	}
	visit.throwIfGivenUp();
}

function openLater(): void {
	if (isOpening) return;
	isOpening = true;
	setImmediate(() => {
		isOpening = false;
		const next = waiting.slice(first, first + startsInOneTurn);
		first += next.length;
		started = next.length;
		if (first === waiting.length) {
			waiting = [];
			first = 0;
		} else openLater();
		for (const start of next) start();
	});
}
