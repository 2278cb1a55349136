/** The logger that `FLATAGENTS_LOG_LEVEL`, `FLATAGENTS_LOG_FORMAT` and `FLATAGENTS_LOG_DIR` ask for (spec section 20). */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { isLogFormat } from "./format.ts";
import { createLogger, type Logger, type LogLevel } from "./logger.ts";

const LEVELS: Readonly<Record<string, LogLevel | "silent">> = {
	DEBUG: "debug",
	INFO: "info",
	WARN: "warn",
	WARNING: "warn",
	ERROR: "error",
	CRITICAL: "error",
	FATAL: "error",
	SILENT: "silent",
	OFF: "silent",
};

/** What {@link loggerFromEnv} may be given instead of the process's own. */
export interface EnvironmentLoggerOptions {
	/** Default: standard error. Standard output belongs to results. */
	readonly write?: (line: string) => void;
	readonly now?: () => Date;
	/** Default `flatstate`. */
	readonly name?: string;
	/** Part of the log file's name. Default: this process's id. */
	readonly pid?: number;
}

function two(part: number): string {
	return String(part).padStart(2, "0");
}

function logFileName(pid: number, time: Date): string {
	const day = `${time.getUTCFullYear()}${two(time.getUTCMonth() + 1)}${two(time.getUTCDate())}`;
	return `flatagents_${pid}_${day}_${two(time.getUTCHours())}${two(time.getUTCMinutes())}${two(time.getUTCSeconds())}.log`;
}

/** Appends lines to a file that is made with the first line; says once when that fails and then keeps quiet. */
function fileWriter(folder: string, file: string, complain: (line: string) => void): (line: string) => void {
	let usable: boolean | undefined;
	return (line) => {
		if (usable === false) {
			return;
		}
		try {
			if (usable === undefined) {
				mkdirSync(folder, { recursive: true });
			}
			appendFileSync(join(folder, file), line, { mode: 0o600 });
			usable = true;
		} catch (error) {
			usable = false;
			const reason = error instanceof Error ? error.message : String(error);
			complain(`FLATAGENTS_LOG_DIR: cannot write the log file (${reason}); logging goes on without it.\n`);
		}
	};
}

/**
 * Makes a logger from environment variables. It writes to standard error, and also to
 * `<FLATAGENTS_LOG_DIR>/flatagents_<pid>_<YYYYmmdd_HHMMSS>.log` (UTC) when that variable is set.
 *
 * Levels are Python's names in any case, plus `SILENT`; an unknown one counts as `INFO` and is reported, and so is a
 * format that is neither known nor a pattern, which counts as `standard`.
 */
export function loggerFromEnv(
	env: Readonly<Record<string, string | undefined>> = process.env,
	options: EnvironmentLoggerOptions = {},
): Logger {
	const { now = () => new Date(), pid = process.pid, name } = options;
	const write =
		options.write ??
		((line: string) => {
			process.stderr.write(line);
		});
	const folder = env.FLATAGENTS_LOG_DIR?.trim();
	const toFile = folder ? fileWriter(folder, logFileName(pid, now()), write) : undefined;
	const wanted = env.FLATAGENTS_LOG_LEVEL?.trim() || "INFO";
	const known = Object.hasOwn(LEVELS, wanted.toUpperCase()) ? LEVELS[wanted.toUpperCase()] : undefined;
	const format = env.FLATAGENTS_LOG_FORMAT?.trim() || "standard";
	const isFormat = isLogFormat(format);
	const logger = createLogger({
		level: known ?? "info",
		format: isFormat ? format : "standard",
		now,
		...(name === undefined ? {} : { name }),
		write: (line) => {
			write(line);
			toFile?.(line);
		},
	});
	if (known === undefined) {
		logger.warn(`FLATAGENTS_LOG_LEVEL is \`${wanted}\`; expected DEBUG, INFO, WARNING, ERROR or SILENT. INFO is used.`);
	}
	if (!isFormat) {
		logger.warn(
			`FLATAGENTS_LOG_FORMAT is \`${format}\`; expected standard, simple, json or a pattern with \`%(message)s\`. standard is used.`,
		);
	}
	return logger;
}
