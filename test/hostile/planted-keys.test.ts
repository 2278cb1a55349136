/** Keys are planted wherever one can stand, and searched for in everything that a failing run writes anywhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { createRedaction } from "../../src/inspect/redaction.ts";
import { startStoredInspector } from "../../src/inspect/stored-inspector.ts";
import { openStore } from "../../src/open-store.ts";
import { StoredMachines } from "../../src/stored-machine.ts";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { isEnd, openBrowser } from "../inspect/browser.ts";
import { ask, postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { redisStores } from "../stores/redis-harness.ts";
import { findKey, keys, plantedFiles, startTelltale } from "./planted-keys.ts";

const patience = 120_000;

/** Texts by where they were found. */
type Written = Record<string, string>;

/** Runs the machine with everything on that writes, then asks of it all that can be asked. */
async function everythingWritten(store: string, commands: readonly (readonly string[])[]): Promise<Written> {
	await using telltale = await startTelltale();
	const sources = plantedFiles(telltale.url);
	await using folder = files(sources);
	const env = {
		FLATSTATE_STORE: store,
		OPENAI_API_KEY: keys.environment,
		OPENAI_BASE_URL: `${telltale.url}/v1`,
		FLATAGENTS_LOG_LEVEL: "DEBUG",
		FLATAGENTS_LOG_DIR: "logs",
		OTEL_EXPORTER_OTLP_ENDPOINT: `${telltale.url}/otlp`,
		OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
		OTEL_METRICS_EXPORTER: "otlp",
		FLATSTATE_TRACE: "1",
	};
	const written: Written = {};
	for (const [index, args] of commands.entries()) {
		const format = index % 2 === 0 ? "json" : "standard";
		const ended = await flatstate(args, { cwd: folder.path, env: { ...env, FLATAGENTS_LOG_FORMAT: format } });
		written[`${args.join(" ")}: stdout`] = ended.stdout;
		written[`${args.join(" ")}: stderr`] = ended.stderr;
		// Else nothing would be proved: the command did what it was to do.
		expect([args[0], ended.code]).toEqual([args[0], ["run", "resume"].includes(args[0] ?? "") ? 1 : 0]);
	}
	for (const key of Object.values(keys)) expect(telltale.sent.join("\n")).toContain(key);
	written["OpenTelemetry, sent"] = telltale.exported.join("\n");
	expect(written["OpenTelemetry, sent"]).toContain("byprofilerude");
	for (const entry of readdirSync(folder.path, { recursive: true, withFileTypes: true })) {
		const name = join(entry.parentPath, entry.name).slice(folder.path.length + 1);
		if (entry.isFile() && !Object.hasOwn(sources, name)) {
			written[name] = readFileSync(join(folder.path, name), "latin1");
		}
	}
	return written;
}

const run = ["run", "machine.yml", "--id", "x", "--telemetry", "otlp", "--stream"];
const asked = [
	run,
	["resume", "x", "--telemetry", "console"],
	["resume", "x", "--machine", "machine.yml", "--stream"],
	["executions", "show", "x"],
	["executions", "show", "x", "--json"],
	["executions", "list", "--json"],
	["executions", "export", "x"],
	["replay", "x"],
	["graph", "machine.yml"],
	["graph", "machine.yml", "--format", "svg", "-o", "picture.svg"],
	["validate", "machine.yml"],
	["test", "machine.yml", "--emit", "tests", "--allow-dead", "--allow-unsolved"],
	["compile", "machine.yml"],
];

function expectNoKeyIn(written: Written): void {
	const found = Object.entries(written).flatMap(([place, text]) => {
		const around = findKey(text);
		return around === null ? [] : [`${place}: ${around}`];
	});
	expect(found).toEqual([]);
}

describe("no key is in anything that a failing run writes", () => {
	it("to a database of SQLite, logs, traces, its terminal, and what else can be asked of it", {
		timeout: patience,
	}, async () => {
		const written = await everythingWritten("sqlite:runs.db", asked);
		expect(Object.keys(written).join()).toMatch(/runs\.db/);
		expect(Object.entries(written).find(([name]) => name.startsWith("runs.db"))?.[1]).toContain("byprofilerude");
		expect(Object.keys(written).join()).toMatch(/logs\/flatagents/);
		expectNoKeyIn(written);
	});

	it("to a folder", { timeout: patience }, async () => {
		const written = await everythingWritten("file:runs", [run]);
		expect(Object.values(written).join()).toContain("byprofilerude");
		expectNoKeyIn(written);
	});

	it("to the inspector's page, to events, and to the error with all its causes", { timeout: patience }, async () => {
		await using telltale = await startTelltale();
		await using folder = files(plantedFiles(telltale.url));
		await using store = await openStore("memory:");
		const env = { OPENAI_API_KEY: keys.environment, OPENAI_BASE_URL: `${telltale.url}/v1` };
		const options = { store, agents: [flatAgentAdapter({ env })] };
		const machine = new FlatMachine({ file: join(folder.path, "machine.yml"), ...options });
		const events: RunEvent[] = [];
		const onEvent = (event: RunEvent) => void events.push(event);
		const result = await machine.run({}, { executionId: "x", onEvent });
		expect(result.status).toBe("failed");
		const redaction = createRedaction({ environment: {} });
		const machines = new StoredMachines(store, options);
		await using stored = await startStoredInspector("x", { store, machines, redaction });
		await using page = await openBrowser(stored.url);
		await page.until(isEnd);
		expect(page.texts.join()).toContain("byaddressbrief");
		expectNoKeyIn({
			page: page.texts.join("\n"),
			events: inspect(events, { depth: 20, maxStringLength: null }),
			error: inspect(result.error, { depth: 20, showHidden: true }),
		});
	});

	it("to Redis", { timeout: patience }, async (context) => {
		const server = await redisForTests();
		if ("reason" in server) return context.skip(server.reason);
		const { url, prefix, command } = redisStores(server)();
		const written = await everythingWritten(`${url}?prefix=${prefix}`, [run]);
		const dumps = await command(
			"EVAL",
			`local all = {} for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
				all[#all + 1] = key
				local kind = redis.call('TYPE', key).ok
				local values = kind == 'hash' and redis.call('HGETALL', key) or kind == 'zset' and redis.call('ZRANGE', key, 0, -1)
					or kind == 'list' and redis.call('LRANGE', key, 0, -1) or kind == 'set' and redis.call('SMEMBERS', key)
					or { redis.call('GET', key) }
				for _, value in ipairs(values) do all[#all + 1] = tostring(value) end
			end return all`,
			"0",
			`{${prefix}}*`,
		);
		const stored = JSON.stringify(dumps);
		expect(stored).toContain("byprofilerude");
		expectNoKeyIn({ ...written, stored });
	});

	it("to Postgres", { timeout: patience }, async (context) => {
		const server = await postgresForTests();
		if ("reason" in server) return context.skip(server.reason);
		const { url, schema, drop } = testSchema(server.url);
		try {
			const written = await everythingWritten(`${url}?schema=${schema}`, [run]);
			const tables = await ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = $1", [schema]);
			const rows: unknown[] = [];
			for (const { tablename } of tables)
				rows.push(...(await ask(url, `SELECT * FROM "${schema}"."${String(tablename)}"`)));
			const stored = JSON.stringify(rows, (_key, value: unknown) => textOf(value));
			expect(stored).toContain("byprofilerude");
			expectNoKeyIn({ ...written, stored });
		} finally {
			await drop();
		}
	});
});

/** Bytes are a list of numbers in JSON. */
function textOf(value: unknown): unknown {
	const isBytes = typeof value === "object" && value !== null && Reflect.get(value, "type") === "Buffer";
	return isBytes ? Buffer.from(Reflect.get(value, "data")).toString("latin1") : value;
}
