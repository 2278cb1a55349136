/** One line of a log as data. */

/** How much a line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Data of a log line. `error` may hold the error that the line is about. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One line before it is put into a format; free of secrets. */
export interface LogRecord {
	readonly time: Date;
	readonly name: string;
	readonly level: LogLevel;
	readonly message: string;
	readonly fields: LogFields;
}
