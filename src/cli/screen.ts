/** A whole terminal that is drawn over and over, until `q` or Ctrl-C. */
import type { ReadStream, WriteStream } from "node:tty";

export interface Screen extends Disposable {
	/** Aborted by `q` or Ctrl-C. */
	readonly quit: AbortSignal;
	/** Draws lines from the top; what has no room below is left out. @param footer the last line */
	draw(text: string, footer: string): void;
}

const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";
const home = "\u001b[H";
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";

/** Takes over the terminal; it is as before when disposed, with what was drawn last above the prompt. */
export function openScreen(input: ReadStream, output: WriteStream): Screen {
	const quit = new AbortController();
	let last = "";
	const onKey = (keys: Buffer | string) => {
		// In raw mode Ctrl-C is a key, too.
		if (/[qQ\u0003\u0004]/.test(String(keys))) quit.abort();
	};
	const isTyped = input.isTTY === true;
	if (isTyped) {
		input.setRawMode(true);
		input.on("data", onKey);
		input.resume();
	}
	output.write(enter);
	return {
		quit: quit.signal,
		draw(text, footer) {
			last = text;
			const lines = text
				.trimEnd()
				.split("\n")
				.slice(0, Math.max(1, (output.rows || 24) - 1));
			const body = [...lines, footer].map((line) => `${line}${clearLine}`).join("\n");
			output.write(`${home}${body}${clearBelow}`);
		},
		[Symbol.dispose]() {
			output.write(`${leave}${last}`);
			if (!isTyped) return;
			input.off("data", onKey);
			input.setRawMode(false);
			input.pause();
		},
	};
}
