/**
 * Workers are killed at random, and Redis once: every child ends once, and no agent call that had finished is made again
 * (docs/scaling.md).
 */
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openBullQueue } from "../../adapters/bullmq/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { openStore } from "../../src/open-store.ts";
import { postgresForTests, testSchema } from "../servers/postgres.ts";
import { startRedis, whyNoOwnRedis } from "../servers/redis.ts";
import { WorkerProcess } from "./worker-processes.ts";

const children = Number(process.env.FLATSTATE_CHAOS_CHILDREN ?? 500);
const workers = 3;
/** Milliseconds between two kills. */
const killEvery = 1000;
const patience = 240_000;

const agent = (text: string) =>
	`{ spec: flatagent, data: { model: { provider: mock, name: m }, system: s, user: "${text} {{ input.n }}" } }`;

const document = `
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
            output_to_context: { text: output.content }
            transitions: [{ to: two }]
          two:
            agent: second
            input: { n: context.text }
            output_to_context: { text: output.content }
            transitions: [{ to: end }]
          end: { type: final, output: { n: context.n, text: context.text } }
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

/** The id that a child of the state `all` has, so that its log can be read. */
function idOf(parent: string, index: number): string {
	const place = [parent, "1", "all", "", `item.${index}`];
	return createHash("sha256").update(JSON.stringify(place), "utf8").digest("hex").slice(0, 32);
}

interface Server {
	readonly url: string;
	/** Kills the server and starts it again, where the test has one of its own. */
	readonly restart?: () => Promise<void>;
	stop(): Promise<void>;
}

interface Figures {
	kills: number;
	/** Calls that were under way when their worker was killed, and so were made again. */
	repeats: number;
	/** Of those that had finished. There must be none. */
	readonly wrong: string[];
}

async function chaos({ url, restart }: Server): Promise<Figures> {
	const parent = `parent-${randomUUID()}`;
	const figures: Figures = { kills: 0, repeats: 0, wrong: [] };
	await using store = await openStore(url);
	const seen = new Map<string, number>();
	await using model = await startMockModel({
		async script({ last_user: asked }) {
			const [name = "", index = ""] = asked.split(" ");
			const times = (seen.get(asked) ?? 0) + 1;
			seen.set(asked, times);
			if (times > 1) {
				figures.repeats += 1;
				// Whatever is in the log now was there before this call: the answer to it is still to come.
				const rows = await store.persistence.loadLog(idOf(parent, Number(index)), 0);
				if (rows.some(({ text }) => text.includes(`agent.${name}.`))) figures.wrong.push(asked);
			}
			await sleep(20);
			return name === "first" ? `${index}` : `done ${index}`;
		},
	});
	await using queue = await openBullQueue(url);
	await using machine = new FlatMachine({ config: document, store });
	const settings = { url, env: { MOCK_BASE_URL: model.url }, args: ["--concurrency", "8", "--lock", "3"] };
	const fleet = Array.from({ length: workers }, () => new WorkerProcess(settings));
	const over = new AbortController();
	const killing = (async () => {
		while (!over.signal.aborted) {
			await sleep(killEvery, undefined, { signal: over.signal }).catch(() => undefined);
			if (over.signal.aborted) return;
			// One that has not begun yet holds nothing that could be lost, and a slow computer needs one that goes on.
			const begun = [...fleet.keys()].filter((index) => fleet[index]?.takesJobs);
			const victim = begun[Math.floor(Math.random() * begun.length)];
			if (victim === undefined || begun.length < 2) continue;
			await fleet[victim]?.kill();
			fleet[victim] = new WorkerProcess(settings);
			figures.kills += 1;
			if (figures.kills === 4) await restart?.();
		}
	})();
	try {
		await fleet[0]?.ready();
		const items = Array.from({ length: children }, (_, index) => index);
		const result = await machine.run(
			{ items },
			{ executionId: parent, invoker: { kind: "queue", queue, window: 200 } },
		);
		expect(result).toMatchObject({ status: "waiting" });
		const output = await store.results.read(`flatagents://${parent}/result`, { timeoutSeconds: patience / 1000 });
		expect(output).toEqual({ all: items.map((n) => ({ n, text: `done ${n}` })) });
		const rows = await store.persistence.listExecutions({ parentExecutionId: parent });
		expect(rows.filter(({ status }) => status === "done")).toHaveLength(children);
		expect(rows).toHaveLength(children);
		const stored = await store.persistence.loadExecution(parent);
		// Each call counts once in the totals, however often it was under way.
		expect(stored?.summary).toMatchObject({ status: "done", total_api_calls: 2 * children });
	} finally {
		over.abort();
		await killing;
		await Promise.all(fleet.map((worker) => worker.kill()));
	}
	return figures;
}

const noRedis = whyNoOwnRedis();
const postgres = await postgresForTests();

const servers: readonly { readonly name: string; readonly missing: string | undefined; open(): Promise<Server> }[] = [
	{
		name: "Redis, which is killed too",
		missing: noRedis,
		async open() {
			const redis = await startRedis({ appendFsync: "everysec" });
			const restart = async () => {
				await redis.kill();
				await redis.restart();
			};
			return { url: redis.url, restart, stop: () => redis.stop() };
		},
	},
	{
		name: "Postgres",
		missing: "reason" in postgres ? postgres.reason : undefined,
		async open() {
			if ("reason" in postgres) throw new Error(postgres.reason);
			const schema = testSchema(postgres.url);
			return { url: `${schema.url}?schema=${schema.schema}`, stop: () => schema.drop() };
		},
	},
];

describe.each(servers)("a fleet on $name", ({ name, missing, open }) => {
	it.skipIf(missing !== undefined)("ends a foreach while its workers are killed", { timeout: patience }, async () => {
		const server = await open();
		try {
			const { kills, repeats, wrong } = await chaos(server);
			console.info(
				`${name}: ${children} children, ${kills} kills, ${repeats} calls that were under way were made again`,
			);
			expect(wrong).toEqual([]);
			expect(kills).toBeGreaterThan(2);
		} finally {
			await server.stop();
		}
	});
});
