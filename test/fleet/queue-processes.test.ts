/** Processes that take jobs and are killed, frozen or closed: no job is lost, and none ends twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import type { JobEnd, JobQueue, TakenJob } from "../../runtime/fleet/job-queue.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import { ask, postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { jobOf } from "./contract/job-queue.ts";

const redis = await redisForTests();
const postgres = await postgresForTests();
const patient = { timeout: 40_000, interval: 20 };
let folder = "";

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "flatstate-queue-"));
	await symlink(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
	await build({
		entryPoints: [fileURLToPath(new URL("./queue-worker.ts", import.meta.url))],
		outfile: join(folder, "queue-worker.mjs"),
		bundle: true,
		packages: "external",
		platform: "node",
		format: "esm",
		logLevel: "error",
	});
});

afterAll(async () => {
	await rm(folder, { recursive: true, force: true });
	if ("url" in redis) await redis.stop();
});

/** A process that takes jobs, and the lines that it has said. */
function start(
	test: TestContext,
	url: string,
	mode: string,
): { readonly child: ChildProcess; readonly lines: string[] } {
	const child = spawn(process.execPath, [join(folder, "queue-worker.mjs"), url, mode], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	test.onTestFinished(() => void child.kill("SIGKILL"));
	const lines: string[] = [];
	createInterface(child.stdout).on("line", (line) => lines.push(line));
	return { child, lines };
}

/** Has what a test leaves removed after it. */
function addressOnRedis(test: TestContext, url: string): string {
	const prefix = `test-${randomUUID()}`;
	test.onTestFinished(() => removeKeys(url, prefix));
	return `${url}?prefix=${prefix}`;
}

function addressOnPostgres(test: TestContext, url: string): string {
	const { schema } = testSchema(url);
	test.onTestFinished(async () => {
		await ask(url, `SET client_min_messages = error; DROP SCHEMA IF EXISTS "${schema}_bullmq" CASCADE`);
	});
	return `${url}?schema=${schema}`;
}

async function open(test: TestContext, url: string): Promise<JobQueue> {
	const queue = await openBullQueue(url);
	test.onTestFinished(() => queue.close());
	return queue;
}

/** Ends with its queue. */
function consume(queue: JobQueue, handle: (job: TakenJob) => Promise<JobEnd>) {
	return queue.consume({ concurrency: 5, provides: () => true, logger: silentLogger, lockSeconds: 2, handle });
}

function describeProcesses(name: string, server: { readonly url: string } | { readonly reason: string }) {
	if ("reason" in server) {
		describe(name, () => {
			it.skip(`is not tested: ${server.reason}`);
		});
		return;
	}
	const address = (test: TestContext) =>
		server === redis ? addressOnRedis(test, server.url) : addressOnPostgres(test, server.url);

	describe.concurrent(name, { timeout: 60_000 }, () => {
		it("gives the jobs of a killed process to another, which is told of the loss", async (test) => {
			const url = address(test);
			const queue = await open(test, url);
			await queue.add([jobOf("a"), jobOf("b")]);
			const { child, lines } = start(test, url, "hold");
			await vi.waitFor(() => expect(lines.toSorted()).toEqual(["ready", "took a", "took b"]), patient);
			child.kill("SIGKILL");
			await once(child, "exit");
			const from = Date.now();
			const taken: TakenJob[] = [];
			const consumer = await consume(queue, async (job) => {
				taken.push(job);
				return { type: "done" };
			});
			await vi.waitFor(() => expect(consumer.handled).toBe(2), patient);
			expect(taken.map(({ losses }) => losses)).toEqual([1, 1]);
			expect(Date.now() - from).toBeLessThan(5_000);
		});

		it("tells a process that was frozen for too long that another has its job", async (test) => {
			const url = address(test);
			const queue = await open(test, url);
			await queue.add([jobOf("a")]);
			const { child, lines } = start(test, url, "hold");
			await vi.waitFor(() => expect(lines).toContain("took a"), patient);
			child.kill("SIGSTOP");
			const consumer = await consume(queue, async () => ({ type: "done" }));
			await vi.waitFor(() => expect(consumer.handled).toBe(1), patient);
			child.kill("SIGCONT");
			await vi.waitFor(() => expect(lines).toContain("ended a"), patient);
			expect(lines).toContain("aborted a");
			await queue.add([jobOf("b")]);
			await vi.waitFor(async () => expect((await queue.depths())[0]).toMatchObject({ waiting: 0 }), patient);
			expect([child.exitCode, lines.filter((line) => line.startsWith("unhandled"))]).toEqual([null, []]);
		});

		it("takes no end of a job from a process that has lost it", async (test) => {
			const url = address(test);
			const queue = await open(test, url);
			await queue.add([jobOf("a")]);
			const { child, lines } = start(test, url, "late");
			await vi.waitFor(() => expect(lines).toContain("took a"), patient);
			child.kill("SIGSTOP");
			let losses = -1;
			let end = () => {};
			const consumer = await consume(queue, async (job) => {
				losses = job.losses;
				await new Promise<void>((resolve) => {
					end = resolve;
				});
				return { type: "done" };
			});
			await vi.waitFor(() => expect(losses).toBe(1), patient);
			child.kill("SIGUSR2");
			child.kill("SIGCONT");
			const refused = "warn The end of a job was not taken by the queue; another worker may handle it again.";
			await vi.waitFor(() => expect(lines).toContain(refused), patient);
			expect(lines).toContain("ended a");
			expect((await queue.depths())[0]).toMatchObject({ waiting: 0, delayed: 0, running: 1 });
			end();
			await vi.waitFor(() => expect(consumer.handled).toBe(1), patient);
			await vi.waitFor(async () => expect((await queue.depths())[0]).toMatchObject({ running: 0 }), patient);
			expect([child.exitCode, lines.filter((line) => line.startsWith("unhandled"))]).toEqual([null, []]);
		});

		it("lets a process end by itself that has closed its queue", async (test) => {
			const url = address(test);
			const queue = await open(test, url);
			await queue.add([jobOf("a")]);
			const { child, lines } = start(test, url, "once");
			const [code] = await once(child, "exit");
			expect([code, lines.toSorted()]).toEqual([0, ["closed", "ended a", "ready", "took a"]]);
		});
	});
}

describeProcesses("processes that take jobs from Redis", redis);
describeProcesses("processes that take jobs from Postgres", postgres);
