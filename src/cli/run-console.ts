/** Keeps stdout for the run's output: logs, and what hooks print with `console`, go to stderr, above the progress line. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { isatty } from "node:tty";
import { loggerFromEnv } from "../../runtime/logging/environment.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import { type ProgressLine, startProgressLine } from "./progress-line.ts";
import { isInteractive } from "./streams.ts";

export interface RunConsole extends Disposable {
	/** What the runtime says: warnings and retries, unless `FLATAGENTS_LOG_LEVEL` says otherwise. */
	readonly logger: Logger;
	/** For the hooks `logging` and `webhook`, which are there to be heard. */
	readonly hooksLogger: Logger;
	/** Whether retries have to be told: `FLATAGENTS_LOG_LEVEL` is not set, and it is not quiet. */
	readonly tellsRetries: boolean;
	/** Writes to stderr, above the progress line. */
	write(text: string): void;
}

export interface RunConsoleOptions {
	readonly quiet: boolean;
	/** What models write is shown: there is no place for a progress line. */
	readonly streams?: boolean;
	/** The progress line's text. */
	readonly progress: () => string;
}

/** Takes over `console` and starts the progress line where a person looks at stderr; undone when disposed. */
export function openRunConsole({ quiet, streams = false, progress }: RunConsoleOptions): RunConsole {
	const line: ProgressLine | undefined =
		isInteractive(process.stderr) && !quiet && !streams
			? startProgressLine({ stream: process.stderr, text: progress, isHeld: isSomeoneAsked })
			: undefined;
	const write = (text: string) => {
		if (line) line.write(text);
		else process.stderr.write(text);
	};
	const standardConsole = globalThis.console;
	globalThis.console = consoleInto(write);
	const { FLATAGENTS_LOG_LEVEL: level, FLATAGENTS_LOG_FORMAT: format } = process.env;
	const loggerAt = (defaultLevel: string) =>
		loggerFromEnv(
			{ ...process.env, FLATAGENTS_LOG_LEVEL: level || defaultLevel, FLATAGENTS_LOG_FORMAT: format || "simple" },
			{ write },
		);
	const logger = loggerAt(quiet ? "ERROR" : "WARNING");
	return {
		logger,
		hooksLogger: level || quiet ? logger : loggerAt("INFO"),
		tellsRetries: !level && !quiet,
		write,
		[Symbol.dispose]() {
			line?.[Symbol.dispose]();
			globalThis.console = standardConsole;
		},
	};
}

function consoleInto(write: (text: string) => void): Console {
	const stream = new Writable({
		decodeStrings: false,
		write(chunk, _encoding, done) {
			write(String(chunk));
			done();
		},
	});
	return new Console(stream, stream);
}

/** A hook reads from the terminal: its question must stay readable. */
function isSomeoneAsked(): boolean {
	return isatty(0) && process.stdin.readableFlowing === true;
}
