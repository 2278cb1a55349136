/** The port to logs, and the logger behind it: levels, formats, redaction (spec section 20). */
import { formatLine, type LogFormat } from "./format.ts";
import type { LogFields, LogLevel, LogRecord } from "./record.ts";
import { redact, redactText } from "./redact.ts";

export type { LogFields, LogLevel } from "./record.ts";

/** Where the library says what it does. Libraries that embed us get {@link silentLogger} unless they give one. */
export interface Logger {
	debug(message: string, fields?: LogFields): void;
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
}

/** Settings of {@link createLogger}. */
export interface LoggerOptions {
	/** The lowest level that is written; `silent` lets nothing through. Default `info`. */
	readonly level?: LogLevel | "silent";
	/** `standard` (default), `json`, `simple`, or a pattern such as `%(levelname)s %(message)s`. */
	readonly format?: LogFormat;
	/** Gets each finished line, line end included. */
	readonly write: (line: string) => void;
	/** The time of a line. Default: the system's clock. */
	readonly now?: () => Date;
	/** Who logs. Default `flatstate`. */
	readonly name?: string;
}

const RANKS: Readonly<Record<LogLevel | "silent", number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** Says nothing. */
export const silentLogger: Logger = Object.freeze({
	debug() {},
	info() {},
	warn() {},
	error() {},
});

/**
 * Makes a logger that writes finished lines without secrets ({@link redact}).
 *
 * A failing `write` is ignored: a log that cannot be written must not end a run.
 */
export function createLogger(options: LoggerOptions): Logger {
	const { write, level: threshold = "info", format = "standard", now = () => new Date(), name = "flatstate" } = options;
	const log = (level: LogLevel, message: string, fields: LogFields = {}) => {
		if (RANKS[level] < RANKS[threshold]) {
			return;
		}
		const safe = redact(fields);
		const record: LogRecord = {
			time: now(),
			name,
			level,
			message: redactText(message),
			fields: typeof safe === "object" && safe !== null ? { ...safe } : {},
		};
		try {
			write(`${formatLine(record, format)}\n`);
		} catch {}
	};
	return Object.freeze({
		debug: (message: string, fields?: LogFields) => log("debug", message, fields),
		info: (message: string, fields?: LogFields) => log("info", message, fields),
		warn: (message: string, fields?: LogFields) => log("warn", message, fields),
		error: (message: string, fields?: LogFields) => log("error", message, fields),
	});
}
