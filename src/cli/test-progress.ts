/**
 * Says on a terminal which machine is being tested. It is written once for each: while a machine is explored no timer would
 * come to draw a line.
 */
import { oneLine } from "./columns.ts";
import type { TerminalStream } from "./progress-line.ts";
import { clipToWidth } from "./text-width.ts";

const wipe = "\r\u001b[2K";

export interface TestProgress extends Disposable {
	/** Another machine's turn. */
	next(machine: string): void;
	/** Wipes the line. */
	[Symbol.dispose](): void;
}

/** @param isShown whether somebody looks at the stream */
export function openTestProgress(stream: TerminalStream, isShown: boolean): TestProgress {
	let count = 0;
	return {
		next(machine) {
			count += 1;
			const text = `Testing machine ${count}: ${oneLine(machine)}`;
			// The last column stays free: a terminal would wrap after it.
			if (isShown) stream.write(`${wipe}${clipToWidth(text, (stream.columns || 80) - 1)}`);
		},
		[Symbol.dispose]() {
			if (isShown && count > 0) stream.write(wipe);
		},
	};
}
