import { describe, expect, it } from "vitest";
import { createLogger, type LoggerOptions, silentLogger } from "../../runtime/logging/logger.ts";

const now = () => new Date("2026-01-31T12:00:00.123Z");

function recorder(options: Omit<LoggerOptions, "write"> = {}) {
	const lines: string[] = [];
	return { lines, logger: createLogger({ now, ...options, write: (line) => lines.push(line) }) };
}

describe("a logger", () => {
	it("writes time, name, level, message and fields in the standard format", () => {
		const { lines, logger } = recorder({ name: "machine" });
		logger.info("State entered", { state: "draft" });
		expect(lines).toEqual(['2026-01-31 12:00:00,123 - machine - INFO - State entered {"state":"draft"}\n']);
	});

	it("writes level and message in the simple format", () => {
		const { lines, logger } = recorder({ format: "simple" });
		logger.warn("Careful");
		expect(lines).toEqual(["WARNING: Careful\n"]);
	});

	it("writes one object a line in the json format, with exception and extra only when there are any", () => {
		const { lines, logger } = recorder({ format: "json", name: "m" });
		logger.info("plain");
		logger.error("failed", { state: "a", error: new RangeError("boom") });
		expect(JSON.parse(lines[0] ?? "")).toEqual({
			time: "2026-01-31T12:00:00.123Z",
			name: "m",
			level: "INFO",
			message: "plain",
		});
		expect(JSON.parse(lines[1] ?? "")).toEqual({
			time: "2026-01-31T12:00:00.123Z",
			name: "m",
			level: "ERROR",
			message: "failed",
			exception: expect.stringMatching(/^RangeError: boom\n/),
			extra: { state: "a" },
		});
	});

	it("fills a pattern of placeholders with widths and leaves what it does not know", () => {
		const { lines, logger } = recorder({
			format: "[%(levelname)-7s|%(name)6s] %(message)s 100%% %(thread)d",
			name: "m",
		});
		logger.debug("hidden");
		logger.info("shown");
		expect(lines).toEqual(["[INFO   |     m] shown 100% %(thread)d\n"]);
	});

	it("does not read placeholders inside a message", () => {
		const { lines, logger } = recorder({ format: "%(message)s" });
		logger.info("$& %(name)s");
		expect(lines).toEqual(["$& %(name)s\n"]);
	});

	it.each([
		["debug", ["d", "i", "w", "e"]],
		["info", ["i", "w", "e"]],
		["warn", ["w", "e"]],
		["error", ["e"]],
		["silent", []],
	] as const)("writes nothing below its level %s", (level, expected) => {
		const { lines, logger } = recorder({ level, format: "%(message)s" });
		logger.debug("d");
		logger.info("i");
		logger.warn("w");
		logger.error("e");
		expect(lines.map((line) => line.trim())).toEqual(expected);
	});

	it.each(["standard", "simple", "json", "%(message)s"])(
		"keeps a message with line ends on one line (%s)",
		(format) => {
			const { lines, logger } = recorder({ format });
			logger.info("first\nERROR: forged\u001b[2J\u2028", { text: "a\nb\u009b" });
			expect(lines[0]?.split(/[\n\u2028]/)).toHaveLength(format === "json" ? 3 : 2);
			expect(lines[0]).not.toContain("\u001b");
		},
	);

	it("indents the stack of an error under its line", () => {
		const { lines, logger } = recorder({ format: "simple" });
		const error = new Error("boom");
		error.stack = "Error: boom\n    at here\u001b[31m";
		logger.error("failed", { error });
		expect(lines[0]).toBe("ERROR: failed\n    Error: boom\n        at here\\u001b[31m\n");
	});

	it("writes no secret, neither of the message nor of the fields", () => {
		const { lines, logger } = recorder();
		logger.info("sent Bearer abcdef123456", { api_key: "k-123", headers: { Authorization: "Bearer zzzzzzzz" } });
		expect(lines[0]).not.toMatch(/abcdef123456|k-123|zzzzzzzz/);
		expect(lines[0]).toContain("[redacted]");
	});

	it("does not fail when its output fails", () => {
		const logger = createLogger({
			write: () => {
				throw new Error("disk full");
			},
		});
		expect(() => logger.error("x")).not.toThrow();
	});

	it("is silent when it is the silent one", () => {
		expect(silentLogger.error("x")).toBeUndefined();
	});
});
