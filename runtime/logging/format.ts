/** Puts a log record into one of the formats of `FLATAGENTS_LOG_FORMAT` (spec section 20). */
import type { LogLevel, LogRecord } from "./record.ts";

/**
 * `standard`: time, name, level, message, fields. `simple`: level, message, fields. `json`: one object a line with the
 * keys time, name, level, message, exception, extra. Any other text is a pattern with `%(asctime)s`, `%(name)s`,
 * `%(levelname)s`, `%(message)s`, `%(process)d` and `%%`, each with an optional width (`%(levelname)-8s`).
 */
export type LogFormat = "standard" | "json" | "simple" | (string & {});

const LEVEL_NAMES: Readonly<Record<LogLevel, string>> = {
	debug: "DEBUG",
	info: "INFO",
	warn: "WARNING",
	error: "ERROR",
};

const PLACEHOLDER = /%(?:%|\((asctime|name|levelname|message|process)\)(-?\d{0,3})[sd])/g;

/** Whether a text is a format: one of the three names, or a pattern that shows at least a part of the record. */
export function isLogFormat(text: string): boolean {
	return ["standard", "json", "simple"].includes(text) || text.replaceAll("%%", "").search(PLACEHOLDER) >= 0;
}

const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Shows control characters as escapes, so that a text from a model cannot forge a line or steer a terminal. */
function oneLine(text: string): string {
	return text.replace(
		CONTROL_CHARACTERS,
		(character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

function pad(text: string, width: string): string {
	const size = Number.parseInt(width || "0", 10);
	return size < 0 ? text.padEnd(-size) : text.padStart(size);
}

/** `2026-01-31 12:00:00,123` in UTC, as Python prints times. */
function pythonTime(time: Date): string {
	return time.toISOString().replace("T", " ").replace(".", ",").replace("Z", "");
}

function isErrorRecord(value: unknown): value is { readonly stack?: unknown; readonly message?: unknown } {
	return typeof value === "object" && value !== null && ("stack" in value || "message" in value);
}

function exceptionText(error: unknown): string | undefined {
	if (error === undefined || error === null) {
		return undefined;
	}
	if (isErrorRecord(error)) {
		return String(error.stack ?? error.message);
	}
	return typeof error === "string" ? error : JSON.stringify(error);
}

function indented(exception: string | undefined): string {
	return exception === undefined
		? ""
		: exception
				.split("\n")
				.map((line) => `\n    ${oneLine(line)}`)
				.join("");
}

/** Formats one record without the line end. */
export function formatLine(record: LogRecord, format: LogFormat): string {
	const { error, ...extra } = record.fields;
	const exception = exceptionText(error);
	const hasExtra = Object.keys(extra).length > 0;
	const levelname = LEVEL_NAMES[record.level];
	if (format === "json") {
		return JSON.stringify({
			time: record.time.toISOString(),
			name: record.name,
			level: levelname,
			message: record.message,
			exception,
			extra: hasExtra ? extra : undefined,
		});
	}
	const message = oneLine(`${record.message}${hasExtra ? ` ${JSON.stringify(extra)}` : ""}`);
	if (format === "standard") {
		return `${pythonTime(record.time)} - ${record.name} - ${levelname} - ${message}${indented(exception)}`;
	}
	if (format === "simple") {
		return `${levelname}: ${message}${indented(exception)}`;
	}
	const values: Readonly<Record<string, string>> = {
		asctime: pythonTime(record.time),
		name: record.name,
		levelname,
		message,
		process: String(process.pid),
	};
	const line = format.replace(PLACEHOLDER, (_all, key?: string, width?: string) =>
		key === undefined ? "%" : pad(values[key] ?? "", width ?? ""),
	);
	return `${line}${indented(exception)}`;
}
