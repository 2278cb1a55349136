/** `flatstate run` with the console exporter, and with OTLP against a receiver of the test. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isRecord } from "../../compiler/document/plain-data.ts";
import { flatstate } from "../cli/built-command.ts";
import { documentOf } from "../runtime/flat.ts";

const key = "planted-9f8e7d6c5b4a";
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-telemetry-"));
	const states =
		"states: { work: { type: initial, agent: w, transitions: [{ to: wait }] }, wait: { wait_for: go, transitions: [{ to: done }] }, done: { type: final, output: { ok: true } } }";
	const simple =
		"states: { work: { type: initial, agent: w, transitions: [{ to: done }] }, done: { type: final, output: { ok: true } } }";
	await writeFile(join(folder, "machine.yml"), documentOf(simple, { use: ["w"] }));
	await writeFile(join(folder, "waits.yml"), documentOf(states, { use: ["w"] }));
	await writeFile(
		join(folder, "answers.yml"),
		`w: { content: "hello ${key}", usage: { api_calls: 1, input_tokens: 7 } }\n`,
	);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A collector: bodies of its requests by their path. */
async function receiver() {
	const bodies: { path: string; body: unknown; authorization: string | undefined }[] = [];
	const server = createServer(async (request, response) => {
		const body: unknown = JSON.parse(await text(request));
		bodies.push({ path: request.url ?? "", body, authorization: request.headers.authorization });
		response.writeHead(200, { "content-type": "application/json" }).end("{}");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		url: `http://127.0.0.1:${address.port}`,
		bodies,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** All objects within a value that have a `name`. */
function named(value: unknown): Record<string, unknown>[] {
	if (Array.isArray(value)) return value.flatMap(named);
	if (!isRecord(value)) return [];
	return [...(typeof value.name === "string" ? [value] : []), ...Object.values(value).flatMap(named)];
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
	return flatstate([...args, "--json"], { cwd: folder, env: { MY_API_KEY: key, ...env } });
}

const simple = ["run", "machine.yml", "--script", "answers.yml"];

it("prints spans and metrics to stderr with --telemetry console, and nothing but the output to stdout", async () => {
	const { code, stdout, stderr } = await run([...simple, "--telemetry", "console"]);
	expect([code, stdout]).toEqual([0, '{"ok":true}\n']);
	for (const name of ["invoke_workflow test", "state work", "invoke_agent w", "flatagents.agent.executions"]) {
		expect(stderr).toContain(`name: '${name}'`);
	}
	expect(stderr).toContain("'service.name': 'flatagents'");
	expect(stderr).not.toContain(key);
	expect(stderr).not.toContain("hello");
});

it("prints only what the variables name", async () => {
	const metrics = await run(simple, { OTEL_METRICS_EXPORTER: "console", OTEL_SERVICE_NAME: "shop" });
	expect(metrics.stderr).toContain("flatagents.agent.executions");
	expect(metrics.stderr).not.toContain("invoke_agent");
	const none = await run([...simple, "--telemetry", "none"], { OTEL_METRICS_EXPORTER: "console" });
	expect(none.stderr).toBe("");
	const off = await run(simple, { OTEL_METRICS_EXPORTER: "console", FLATAGENTS_METRICS_ENABLED: "false" });
	expect([off.code, off.stderr]).toEqual([0, ""]);
});

it("sends spans and metrics to an OTLP receiver, and content without the key where it is asked for", async () => {
	await using collector = await receiver();
	const { code, stderr } = await run([...simple, "--telemetry", "otlp"], {
		OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
		OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret-of-the-collector",
		OTEL_SERVICE_NAME: "shop",
		OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
		OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
	});
	expect([code, stderr]).toEqual([0, ""]);
	const of = (path: string) => collector.bodies.filter((each) => each.path === path);
	const spans = named(of("/v1/traces")).filter((each) => "spanId" in each);
	expect(spans.map(({ name }) => name).sort()).toEqual([
		"invoke_agent w",
		"invoke_workflow test",
		"state done",
		"state work",
	]);
	expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
	const metrics = named(of("/v1/metrics")).map(({ name }) => name);
	expect(metrics).toContain("flatagents.agent.input_tokens");
	expect(collector.bodies.map(({ authorization }) => authorization)).toEqual(
		collector.bodies.map(() => "Bearer secret-of-the-collector"),
	);
	const everything = JSON.stringify(collector.bodies.map(({ body }) => body));
	for (const word of ["shop", "deployment.environment.name", "hello [redacted]"]) expect(everything).toContain(word);
	for (const word of [key, "secret-of-the-collector"]) expect(everything).not.toContain(word);
});

it("goes on with the trace when an execution is resumed by another process", async () => {
	await using collector = await receiver();
	const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, FLATSTATE_STORE: "sqlite:runs.db" };
	const telemetry = ["--script", "answers.yml", "--telemetry", "otlp"];
	expect((await run(["run", "waits.yml", "--id", "one", ...telemetry], env)).code).toBe(4);
	expect((await flatstate(["signal", "go"], { cwd: folder, env })).code).toBe(0);
	const once = await flatstate(["dispatch", "--once", "--script", "answers.yml", "--telemetry", "otlp"], {
		cwd: folder,
		env,
	});
	expect(once.code).toBe(0);
	const runs = named(collector.bodies).filter(({ name }) => name === "invoke_workflow test");
	const [first, second] = runs;
	expect(runs.length).toBe(2);
	expect(second?.traceId).toBe(first?.traceId);
	expect(second?.parentSpanId).toBe(first?.spanId);
	expect(second?.links).toMatchObject([{ spanId: first?.spanId }]);
});

it("says that nobody took what it sent, and ends as the run did", async () => {
	const { code, stdout, stderr } = await run([...simple, "--telemetry", "otlp"], {
		OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
		OTEL_EXPORTER_OTLP_TIMEOUT: "300",
	});
	expect([code, stdout]).toEqual([0, '{"ok":true}\n']);
	expect(stderr).toMatch(/were not exported|export failed/);
	expect(stderr).not.toContain(" at ");
});

it("refuses what it does not have", async () => {
	const { code, stderr } = await run(simple, { OTEL_TRACES_EXPORTER: "zipkin" });
	expect(code).toBe(2);
	expect(stderr).toContain("OTEL_TRACES_EXPORTER is `zipkin`");
});

it("tells an SDK that the process has registered, and starts none beside it", async () => {
	await writeFile(
		join(folder, "sdk.mjs"),
		`import { trace } from "${import.meta.resolve("@opentelemetry/api")}";
		import { SimpleSpanProcessor, TracerProvider } from "${import.meta.resolve("@opentelemetry/sdk-trace")}";
		const exporter = {
			export(spans, done) { for (const { name } of spans) process.stderr.write("mine: " + name + "\\n"); done({ code: 0 }); },
			shutdown: async () => {},
		};
		trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));`,
	);
	const { code, stderr } = await run(simple, {
		NODE_OPTIONS: `--import=${join(folder, "sdk.mjs")}`,
		OTEL_TRACES_EXPORTER: "console",
	});
	expect(code).toBe(0);
	expect(stderr.split("\n").sort()).toEqual([
		"",
		"mine: invoke_agent w",
		"mine: invoke_workflow test",
		"mine: state done",
		"mine: state work",
	]);
});
