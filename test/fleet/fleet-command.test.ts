/** `flatstate fleet`: what it shows of workers, queues and executions, on a pipe, a narrow terminal, and as JSON; and a worker's metrics. */
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { lookAtExecutions, lookAtFleet } from "../../runtime/fleet/fleet-report.ts";
import { sweepWorkers } from "../../runtime/fleet/sweep-workers.ts";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { onTerminal } from "../cli/on-terminal.ts";
import { redisForTests } from "../servers/redis.ts";
import { fleetOnRedis, parentOf, until } from "./fleet-on-redis.ts";

const server = await redisForTests();

const child = `
        name: hooked
        hooks: own
        states:
          work: { type: initial, action: act, transitions: [{ to: end }] }
          end: { type: final }`;

const asks = `
        name: asks
        agents: { asked: { spec: flatagent, data: { model: { provider: openai, name: m }, user: hi } } }
        states:
          ask: { type: initial, agent: asked, transitions: [{ to: end }] }
          end: { type: final }`;

/** Samples of Prometheus' text by name and labels; each line must be one, or a comment. */
function samples(text: string): Map<string, number> {
	const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return new Map(
		lines.map((line) => {
			const [, name, value] = /^([a-z_][a-z0-9_]*(?:\{.*\})?) (\S+)$/i.exec(line) ?? [];
			if (name === undefined) throw new Error(`no sample: ${line}`);
			return [name, Number(value)];
		}),
	);
}

if ("reason" in server) {
	describe("flatstate fleet", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());
	const { url } = server;

	describe("flatstate fleet", () => {
		it("shows workers, what queues hold and what no worker has for it, and counts executions", async () => {
			const fleet = await fleetOnRedis(url);
			await using folder = files({ "parent.yml": parentOf(child) });
			await fleet.run(`${folder.path}/parent.yml`, { items: [1, 2] }, "p1");
			const before = await flatstate(["fleet", "--store", fleet.url]);
			expect(before).toMatchObject({ code: 0, stderr: "" });
			expect(before.stdout).toContain("No workers. Start one: `flatstate worker --store URL`.");

			const worker = await fleet.worker("--concurrency", "3");
			const { code, stdout } = await flatstate(["fleet", "--store", fleet.url, "--json"]);
			expect(code).toBe(0);
			expect(JSON.parse(stdout)).toEqual({
				time: expect.stringMatching(/^\d{4}-.*Z$/),
				queue: `flatstate at ${fleet.url}`,
				workers: [
					{
						worker_id: expect.any(String),
						host: expect.any(String),
						pid: expect.any(Number),
						status: "active",
						last_heartbeat: expect.any(String),
						started_at: expect.any(String),
						concurrency: 3,
						running: 0,
						handled: 0,
						jobs_per_second: 0,
						memory: expect.any(Number),
						capabilities: expect.arrayContaining(["agent:flatagent", "hooks:logging"]),
					},
				],
				queues: [
					{ name: "flatstate", requires: [], waiting: 0, delayed: 0, running: 0, missing: [], workers: 1 },
					{
						name: expect.stringMatching(/^flatstate-/),
						requires: ["hooks:own"],
						waiting: 2,
						delayed: 0,
						running: 0,
						missing: ["hooks:own"],
						workers: 0,
					},
				],
				jobs_per_second: 0,
				executions: {
					active: { count: 0, more: false },
					waiting: { count: 1, more: false },
					stopped: { count: 0, more: false },
					failed: { count: 0, more: false },
					done: { count: 0, more: false },
				},
				stuck: [],
			});

			for (const columns of [60, 40]) {
				const live = await onTerminal(["fleet", "--store", fleet.url], {
					cwd: folder.path,
					columns,
					talk: [["q: quit", "q"]],
				});
				expect(live).toMatchObject({ code: 0, unsaid: 0 });
				// What stays on the terminal after the live table.
				const text = stripVTControlCharacters(live.raw.split("\u001b[?1049l").at(-1) ?? "");
				expect(text).toContain("1 worker");
				expect(text).toMatch(/WORKER +STATUS +RUNNING/);
				expect(text).toMatch(/hooks:own +2/);
				expect(text.replaceAll(/\s+/g, " ")).toContain(
					"2 jobs wait for a worker that has the hooks `own`: none of these does.",
				);
				for (const line of text.split(/\r?\n/)) expect(line.length, line).toBeLessThanOrEqual(columns);
			}

			worker.signal("SIGTERM");
			await worker.ended;
			const after = await flatstate(["fleet", "--store", fleet.url]);
			expect(after.stdout).toMatch(/ terminated +0\/3 /);
			expect(after.stdout).toContain("\n0 workers · 0.0 jobs/s\n");
		});

		it("serves metrics of a worker to Prometheus", async () => {
			const fleet = await fleetOnRedis(url);
			await using folder = files({
				"parent.yml": parentOf(asks),
				"script.json": JSON.stringify({ asked: Array.from({ length: 3 }, () => ({ content: "yes" })) }),
			});
			await fleet.run(`${folder.path}/parent.yml`, { items: [1, 2, 3] }, "p1");
			const worker = await fleet.worker("--mock", `${folder.path}/script.json`, "--metrics-port", "0");
			await worker.prints("/metrics\n");
			const address = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(worker.text)?.[0] ?? "";
			await fleet.ended("p1");
			const metrics = await until("the parent's job is counted", async () => {
				const read = samples(await (await fetch(address)).text());
				return read.get('flatstate_jobs_total{kind="resume",outcome="done"}') === 1 ? read : undefined;
			});
			expect(Object.fromEntries(metrics)).toMatchObject({
				'flatstate_jobs_total{kind="start",outcome="done"}': 3,
				'flatstate_job_duration_seconds_count{kind="start"}': 3,
				'flatstate_job_duration_seconds_bucket{le="+Inf",kind="resume"}': 1,
				'flatstate_agent_calls_total{status="success"}': 3,
				'flatstate_queue_jobs{requires="nothing",state="waiting"}': 0,
				flatstate_executions_running: 0,
				flatstate_worker_concurrency: 16,
				flatstate_queue_up: 1,
			});
			expect([...metrics.keys()].join("\n")).toMatch(/^flatstate_worker_info\{worker_id="[^"]+",queue="flatstate at /m);
			expect(metrics.get("process_resident_memory_bytes")).toBeGreaterThan(0);
			expect((await fetch(address.replace("/metrics", "/"))).status).toBe(404);

			const taken = /:(\d+)\//.exec(address)?.[1] ?? "";
			const second = await flatstate(["worker", "--store", fleet.url, "--metrics-port", taken]);
			expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining("Give another --metrics-port") });
			worker.signal("SIGTERM");
			expect(await worker.ended).toMatchObject({ code: 0 });
		});

		it("says of silent workers that they are stale, then lost, and forgets them after a day", async () => {
			let now = 0;
			await using store = openMemoryStore({ now: () => now });
			const figures = { kind: "fleet", queue: "q at here", concurrency: 4, running: 1, handled: 2 };
			await store.registrations?.register({ worker_id: "w1", capabilities: ["hooks:own"], metadata: figures });
			await store.registrations?.register({ worker_id: "pooled" });
			const queue = { name: "q at there", depths: async () => [] };
			const statuses = async (seconds: number) => {
				now = seconds * 1000;
				if (store.registrations) await sweepWorkers(store.registrations, now);
				const { workers } = await lookAtFleet({ store, queue, now });
				return workers.map(({ worker_id: id, status }) => `${id} ${status}`);
			};
			expect(await statuses(1)).toEqual(["w1 active"]);
			expect(await statuses(20)).toEqual(["w1 stale"]);
			expect(await statuses(61)).toEqual(["w1 lost"]);
			expect(await statuses(4000)).toEqual([]);
			expect((await store.registrations?.list())?.length).toBe(2);
			expect(await statuses(90_000)).toEqual([]);
			expect((await store.registrations?.list())?.map(({ worker_id: id }) => id)).toEqual(["pooled"]);
		});

		it("finds what is active without anybody who runs it, and parents whose jobs are gone", async () => {
			await using store = openMemoryStore();
			const hour = new Date(0).toISOString();
			const row = {
				parent_execution_id: null,
				machine_name: "m",
				event: "execute",
				current_state: "s",
				step: 1,
				waiting_channel: null,
				wake_at: null,
				total_api_calls: 0,
				total_cost: 0,
				error: null,
				created_at: hour,
				updated_at: hour,
			};
			const add = async (id: string, status: "active" | "waiting", more: { readonly wake_at?: number } = {}) => {
				const ids = { execution_id: id, root_execution_id: id };
				await store.persistence.commit([{ summary: { ...row, ...ids, status, ...more }, log: [] }], null);
			};
			await add("lost", "active");
			await add("held", "active");
			await add("parent", "waiting");
			await add("asleep", "waiting", { wake_at: 1 });
			await store.lock?.acquire("held");
			const now = 3_600_000;
			const queue = { name: "q", requires: [], waiting: 0, delayed: 0, running: 0 };
			const report = await lookAtExecutions({ store, now }, [queue]);
			expect(report.stuck).toEqual([
				{ execution_id: "lost", machine_name: "m", reason: "no_holder", since: hour },
				{ execution_id: "parent", machine_name: "m", reason: "nothing_queued", since: hour },
			]);
			expect(report.executions.waiting).toEqual({ count: 2, more: false });
			const busy = await lookAtExecutions({ store, now }, [{ ...queue, waiting: 1 }]);
			expect(busy.stuck.map(({ execution_id: id }) => id)).toEqual(["lost"]);
		});
	});
}
