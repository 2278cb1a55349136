import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loggerFromEnv } from "../../runtime/logging/environment.ts";

const now = () => new Date("2026-01-31T12:34:56.789Z");

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-log-"));
});

afterEach(async () => {
	vi.restoreAllMocks();
	await rm(folder, { recursive: true, force: true });
});

function fromEnv(env: Record<string, string>) {
	const lines: string[] = [];
	return { lines, logger: loggerFromEnv(env, { now, pid: 7, write: (line) => lines.push(line) }) };
}

describe("the logger from the environment", () => {
	it("writes INFO and above in the standard format by default", () => {
		const { lines, logger } = fromEnv({});
		logger.debug("hidden");
		logger.info("shown");
		expect(lines).toEqual(["2026-01-31 12:34:56,789 - flatstate - INFO - shown\n"]);
	});

	it.each(["xml", "100%%", "%(message"])("reports the unknown format %s and goes on with standard", (format) => {
		const { lines, logger } = fromEnv({ FLATAGENTS_LOG_FORMAT: format });
		logger.info("hello");
		expect(lines[0]).toContain(`FLATAGENTS_LOG_FORMAT is \`${format}\``);
		expect(lines[1]).toMatch(/ - flatstate - INFO - hello\n$/);
	});

	it("takes level and format from FLATAGENTS_LOG_LEVEL and FLATAGENTS_LOG_FORMAT", () => {
		const { lines, logger } = fromEnv({ FLATAGENTS_LOG_LEVEL: "warning", FLATAGENTS_LOG_FORMAT: "simple" });
		logger.info("hidden");
		logger.warn("shown");
		expect(lines).toEqual(["WARNING: shown\n"]);
	});

	it("reports an unknown level and goes on with INFO", () => {
		const { lines, logger } = fromEnv({ FLATAGENTS_LOG_LEVEL: "constructor" });
		logger.info("shown");
		expect(lines).toHaveLength(2);
		expect(lines[0]).toContain("FLATAGENTS_LOG_LEVEL is `constructor`");
	});

	it("also appends to a file of FLATAGENTS_LOG_DIR, made with the first line", async () => {
		const logs = join(folder, "a", "b");
		const { lines, logger } = fromEnv({ FLATAGENTS_LOG_DIR: logs, FLATAGENTS_LOG_FORMAT: "simple" });
		await expect(readdir(logs)).rejects.toMatchObject({ code: "ENOENT" });
		logger.info("one");
		logger.info("two");
		expect(await readdir(logs)).toEqual(["flatagents_7_20260131_123456.log"]);
		expect(await readFile(join(logs, "flatagents_7_20260131_123456.log"), "utf8")).toBe("INFO: one\nINFO: two\n");
		expect(lines).toEqual(["INFO: one\n", "INFO: two\n"]);
	});

	it("says once that the file cannot be written, and goes on", async () => {
		const file = join(folder, "file");
		await writeFile(file, "");
		const { lines, logger } = fromEnv({ FLATAGENTS_LOG_DIR: join(file, "logs"), FLATAGENTS_LOG_FORMAT: "simple" });
		logger.info("one");
		logger.info("two");
		expect(lines).toEqual(["INFO: one\n", expect.stringContaining("FLATAGENTS_LOG_DIR: cannot write"), "INFO: two\n"]);
	});

	it("writes to standard error and never to standard output", () => {
		const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
		const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
		loggerFromEnv({ FLATAGENTS_LOG_FORMAT: "simple" }).info("shown");
		expect(stderr).toHaveBeenCalledWith("INFO: shown\n");
		expect(stdout).not.toHaveBeenCalled();
	});
});
