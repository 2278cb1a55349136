/** `flatstate worker` in real processes: it runs the children of a parked parent, hands over at SIGTERM, says what it lacks. */
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { redisForTests, startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { fleetOnRedis, parentOf, until } from "./fleet-on-redis.ts";
import { WorkerProcess } from "./worker-processes.ts";

const server = await redisForTests();

const asks = `
        name: asks
        context: { item: input.item, text: null }
        agents: { asked: { spec: flatagent, data: { model: { provider: openai, name: m }, user: hi } } }
        states:
          ask:
            type: initial
            agent: asked
            output_to_context: { text: output.content }
            transitions: [{ to: end }]
          end: { type: final, output: { item: context.item, text: context.text } }`;

const hooked = (hooks: string) => `
        name: hooked
        hooks: ${hooks}
        context: { item: input.item }
        states:
          work: { type: initial, action: double, transitions: [{ to: end }] }
          end: { type: final, output: { item: context.item } }`;

const ownHooks = `export const hooks = { own: { onAction: (_action, context) => ({ ...context, item: 2 * context.item }) } };\n`;

if ("reason" in server) {
	describe("flatstate worker", () => {
		it.skip(`is not tested: ${server.reason}`);
	});
} else {
	afterAll(() => server.stop());
	const { url } = server;

	describe("flatstate worker", () => {
		it("runs the children of a parent that has parked, and then the parent, without a file of the machine", async () => {
			const fleet = await fleetOnRedis(url);
			const script = JSON.stringify({ asked: [{ content: "yes" }, { content: "yes" }, { content: "yes" }] });
			await using folder = files({ "script.json": script });
			const started = await (async () => {
				await using machine = files({ "parent.yml": parentOf(asks) });
				return fleet.run(`${machine.path}/parent.yml`, { items: [1, 2, 3] }, "p1");
			})();
			expect(started.status).toBe("waiting");
			const worker = await fleet.worker("--mock", `${folder.path}/script.json`, "--concurrency", "2");
			expect(await fleet.ended("p1")).toMatchObject({ status: "done" });
			expect(await fleet.store.results.read("flatagents://p1/result", { block: false })).toEqual({
				results: [1, 2, 3].map((item) => ({ item, text: "yes" })),
			});
			worker.signal("SIGTERM");
			const { code, stderr, stdout } = await worker.ended;
			expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
			expect(stderr).toMatch(/^Worker \S+ takes jobs from flatstate at redis:\S+, 2 at a time\./);
			expect(stderr).toMatch(/Worker \S+ has ended: 4 jobs handled\.\n$/);
		});

		it("hands over what runs at SIGTERM: another worker goes on with it at once", async () => {
			const fleet = await fleetOnRedis(url);
			await using folder = files({
				"parent.yml": parentOf(asks),
				"slow.json": JSON.stringify({ asked: [{ content: "late", latency_ms: 60_000 }] }),
				"quick.json": JSON.stringify({ asked: [{ content: "soon" }] }),
			});
			const slow = await fleet.worker("--mock", `${folder.path}/slow.json`, "--lock", "300");
			await fleet.run(`${folder.path}/parent.yml`, { items: [7] }, "p1");
			await until("the child runs", async () => {
				const [child] = await fleet.store.persistence.listExecutions({ parentExecutionId: "p1" });
				return child?.current_state === "ask" || undefined;
			});
			const quick = await fleet.worker("--mock", `${folder.path}/quick.json`);
			slow.signal("SIGTERM");
			expect(await slow.ended).toMatchObject({ code: 0 });
			expect(slow.text).toContain("has ended: 0 jobs handled; 1 execution handed over.");
			// Long before a lock would run out.
			expect(await fleet.ended("p1")).toMatchObject({ status: "done" });
			expect(quick.text).not.toContain("WARN");
		});

		it("leaves jobs to others whose hooks it lacks, and says which", async () => {
			const fleet = await fleetOnRedis(url);
			await using folder = files({ "parent.yml": parentOf(hooked("own")), "hooks.mjs": ownHooks });
			const without = await fleet.worker();
			await fleet.run(`${folder.path}/parent.yml`, { items: [1, 2] }, "p1");
			await without.prints("lacks the hooks `own`: it leaves the jobs that need that to others.");
			await fleet.worker("--hooks", `${folder.path}/hooks.mjs`);
			expect(await fleet.ended("p1")).toMatchObject({ status: "done" });
			expect(await fleet.store.results.read("flatagents://p1/result", { block: false })).toEqual({
				results: [{ item: 2 }, { item: 4 }],
			});
		});

		it("looks for hooks in files of their own in --machines, where the machine's folder is not there", async () => {
			const fleet = await fleetOnRedis(url);
			const machine = parentOf(hooked("{ file: hooks/own.mjs, class: Own }"));
			const own = "export class Own { onAction(_action, context) { return { ...context, item: 3 * context.item }; } }";
			await using here = files({ "flows/hooks/own.mjs": own });
			await (async () => {
				await using there = files({ "shop/flows/parent.yml": machine });
				await fleet.run(`${there.path}/shop/flows/parent.yml`, { items: [1, 2] }, "p1");
			})();
			await fleet.worker("--machines", here.path);
			expect(await fleet.ended("p1")).toMatchObject({ status: "done" });
			expect(await fleet.store.results.read("flatagents://p1/result", { block: false })).toEqual({
				results: [{ item: 3 }, { item: 6 }],
			});
		});

		it("says what is wrong with its options, and how to get a server where there is none", async () => {
			const [none, file, nobody, number] = await Promise.all([
				flatstate(["worker"]),
				flatstate(["worker", "--store", "sqlite:runs.db"]),
				flatstate(["worker", "--store", "redis://127.0.0.1:1"]),
				flatstate(["worker", "--store", url, "--machine-concurrency", "child"]),
			]);
			expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("No store is given") });
			expect(file).toMatchObject({
				code: 2,
				stderr: expect.stringContaining("share a server, and `sqlite:` is none."),
			});
			expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("start it with `redis-server`") });
			expect(number).toMatchObject({
				code: 2,
				stderr: expect.stringContaining("Expected NAME=N, such as research=2."),
			});
		});
	});
}

const noServer = whyNoOwnRedis();

it.skipIf(noServer !== undefined)("ends though its server is gone, and says that it hands nothing over", async () => {
	const redis = await startRedis();
	onTestFinished(() => redis.stop());
	await using worker = new WorkerProcess({ url: redis.url, args: ["--lock", "2"] });
	await worker.ready();
	await redis.kill();
	await worker.kill("SIGTERM");
	expect(worker.text).toContain("The server has not answered for 5 s: the worker ends without handing over.");
	expect(await worker.ended).toMatchObject({ code: 1 });
});
