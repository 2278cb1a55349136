/**
 * A worker that was away for longer than its lock and its lease, and comes back: what it has in hand belongs to another by now,
 * and nothing that it writes is taken (docs/scaling.md).
 */
import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openStore } from "../../src/open-store.ts";
import { openNamespace, whyNoNamespace } from "../servers/network-namespace.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { redisForTests } from "../servers/redis.ts";
import { removeKeys } from "../stores/redis-harness.ts";
import { WorkerProcess, type WorkerSettings } from "./worker-processes.ts";

const agent = (text: string) =>
	`{ spec: flatagent, data: { model: { provider: mock, name: m }, user: "${text} {{ input.n }}" } }`;

const machine = `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: parent
  context: { items: input.items }
  machines:
    child:
      spec: flatmachine
      data:
        name: child
        context: { n: input.n }
        agents: { first: ${agent("first")}, second: ${agent("second")} }
        states:
          one:
            type: initial
            agent: first
            input: { n: context.n }
            output_to_context: { first: output.content }
            transitions: [{ to: two }]
          two:
            agent: second
            input: { n: context.n }
            output_to_context: { second: output.content }
            transitions: [{ to: end }]
          end: { type: final, output: { first: context.first, second: context.second } }
  states:
    all:
      type: initial
      foreach: context.items
      as: item
      machine: child
      input: { n: item }
      output_to_context: { all: output }
      transitions: [{ to: end }]
    end: { type: final, output: { all: context.all } }
`;

const patience = { timeout: 20_000, interval: 20 };

/** A model that holds its answers to `second 1` back until each is let go; all others come at once. */
async function holdingModel() {
	const asked: string[] = [];
	const held: ((answer: string) => void)[] = [];
	const model = await startMockModel({
		async script({ last_user: question }) {
			asked.push(question);
			if (question !== "second 1") return `answer to ${question}`;
			return new Promise<string>((resolve) => held.push(resolve));
		},
	});
	onTestFinished(async () => {
		for (const answer of held) answer("nobody waits for this");
		await model.close();
	});
	const holds = (calls: number) => vi.waitFor(() => expect(held).toHaveLength(calls), patience);
	return { url: model.url, asked, holds, answer: (call: number, text: string) => held[call - 1]?.(text) };
}

/** All that is stored of an execution. */
async function storedOf({ persistence }: Store, id: string) {
	return { row: await persistence.loadExecution(id), log: await persistence.loadLog(id, 0) };
}

/** How a worker is taken out of the world. */
interface Absence {
	/** What the late worker is started with, beside what every worker is. */
	readonly settings?: Partial<WorkerSettings>;
	begin(late: WorkerProcess): void;
	end(late: WorkerProcess): void;
}

const stopped: Absence = {
	begin: (late) => late.signal("SIGSTOP"),
	end: (late) => late.signal("SIGCONT"),
};

/** The worker loses the way to the servers, and keeps that to the model: it goes on, and knows nothing of it. */
async function networkCut(url: string, modelUrl: string): Promise<Absence> {
	const namespace = openNamespace();
	onTestFinished(() => namespace[Symbol.asyncDispose]());
	const server = await namespace.cable(url);
	const model = await namespace.cable(modelUrl);
	return {
		settings: { url: server.address, env: { MOCK_BASE_URL: model.address }, within: namespace.command },
		begin: () => server.cut(),
		end: () => server.mend(),
	};
}

async function comesBackLate(url: string, absenceOf: (modelUrl: string) => Absence | Promise<Absence>): Promise<void> {
	const model = await holdingModel();
	const absence = await absenceOf(model.url);
	const store = await openStore(url);
	onTestFinished(() => store.close());
	const queue = await openBullQueue(url);
	onTestFinished(() => queue.close());
	const worker = async (settings: Partial<WorkerSettings> = {}) => {
		const env = { MOCK_BASE_URL: model.url };
		const started = new WorkerProcess({ url, env, args: ["--lock", "2"], ...settings });
		onTestFinished(() => started.kill());
		await started.ready();
		return started;
	};
	const run = (items: readonly number[], executionId: string) =>
		new FlatMachine({ config: machine, store }).run(
			{ items },
			{ executionId, invoker: { kind: "queue", queue, window: 10 } },
		);
	const result = (id: string) => store.results.read(`flatagents://${id}/result`, { timeoutSeconds: 20 });

	const late = await worker(absence.settings);
	await run([1], "p1");
	await model.holds(1);
	absence.begin(late);
	const other = await worker();
	await model.holds(2);

	// Both have the child now, and both are in the same call.
	model.answer(1, "late");
	absence.end(late);
	const [child] = await store.persistence.listExecutions({ parentExecutionId: "p1" });
	const id = child?.execution_id ?? "";
	await vi.waitFor(() => expect(late.text).toContain("Another worker goes on with it"), patience);
	const [said] = late.text.match(/^WARNING: The lease .*$/m) ?? [];
	expect(said).toContain(
		`The lease on execution ${id} is lost; nothing more is written here. It is held by process ${other.pid} on `,
	);
	expect(late.text).not.toContain("ERROR");
	expect((await storedOf(store, id)).row?.summary).toMatchObject({ status: "active", total_api_calls: 1 });

	model.answer(2, "in time");
	const output = { all: [{ first: "answer to first 1", second: "in time" }] };
	expect(await result("p1")).toEqual(output);
	const stored = await storedOf(store, id);
	expect(stored.row?.summary).toMatchObject({ status: "done", total_api_calls: 2 });

	// The late one is no worse for it: it does what comes next, when the other has gone.
	await other.kill("SIGTERM");
	await run([2], "p2");
	expect(await result("p2")).toEqual({ all: [{ first: "answer to first 2", second: "answer to second 2" }] });
	expect(await storedOf(store, id)).toEqual(stored);
	expect(await result("p1")).toEqual(output);
	expect(await store.persistence.listExecutions({ parentExecutionId: "p1" })).toHaveLength(1);
	// The call that was under way was made again, the one that had finished was not.
	expect(model.asked.filter((question) => question.endsWith("1"))).toEqual(["first 1", "second 1", "second 1"]);
}

const redis = await redisForTests();
const postgres = await postgresForTests();
const noNamespace = whyNoNamespace();

const servers: readonly { readonly name: string; readonly missing: boolean; open(): string }[] = [
	{
		name: "Redis",
		missing: "reason" in redis,
		open() {
			if ("reason" in redis) throw new Error(redis.reason);
			const prefix = `test-${randomUUID()}`;
			onTestFinished(() => removeKeys(redis.url, prefix));
			return `${redis.url}?prefix=${prefix}`;
		},
	},
	{
		name: "Postgres",
		missing: "reason" in postgres,
		open() {
			if ("reason" in postgres) throw new Error(postgres.reason);
			const { url, schema, drop } = testSchema(postgres.url);
			onTestFinished(drop);
			return `${url}?schema=${schema}`;
		},
	},
];

describe.each(servers)("a worker that comes back to $name after its lock and its lease", ({ missing, open }) => {
	it.skipIf(missing)("cannot write what another does meanwhile, when its process was stopped", async () => {
		await comesBackLate(open(), () => stopped);
	});

	it.skipIf(missing || noNamespace !== undefined)("cannot do so either when its network was cut", async () => {
		const url = open();
		await comesBackLate(url, (modelUrl) => networkCut(url, modelUrl));
	});
});
