/** One line at the bottom of a terminal that is drawn over and over while a run goes on. */
import { clipToWidth } from "./text-width.ts";

/** The part of `process.stderr` that is needed. */
export interface TerminalStream {
	readonly columns?: number;
	write(text: string): unknown;
}

export interface ProgressLineOptions {
	readonly stream: TerminalStream;
	/** The line's text; called at each drawing. */
	readonly text: () => string;
	/** While it says so nothing is drawn, for example because a hook asks the person something. */
	readonly isHeld?: () => boolean;
	/** Milliseconds between two drawings. */
	readonly interval?: number;
}

export interface ProgressLine extends Disposable {
	/** Writes other text above the line. */
	write(text: string): void;
	/** Wipes the line and draws it no more. */
	[Symbol.dispose](): void;
}

const wipe = "\r\u001b[2K";
const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Starts to draw. */
export function startProgressLine(options: ProgressLineOptions): ProgressLine {
	const { stream, text, isHeld = () => false, interval = 100 } = options;
	let drawn = false;
	let atLineStart = true;
	let frame = 0;
	const clear = () => {
		if (drawn) stream.write(wipe);
		drawn = false;
	};
	const timer = setInterval(() => {
		if (!atLineStart) return;
		if (isHeld()) return clear();
		frame = (frame + 1) % frames.length;
		// The last column stays free: a terminal would wrap after it.
		const line = clipToWidth(`${frames[frame]} ${text()}`, (stream.columns || 80) - 1);
		stream.write(`${drawn ? wipe : ""}${line}`);
		drawn = true;
	}, interval);
	timer.unref();
	return {
		write(other) {
			if (other === "") return;
			clear();
			stream.write(other);
			atLineStart = other.endsWith("\n");
		},
		[Symbol.dispose]() {
			clearInterval(timer);
			clear();
		},
	};
}
