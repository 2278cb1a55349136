/** Limits on calls that processes share by their store, against a provider that refuses what goes beyond. */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { flatAgentAdapter, RateGates } from "../../adapters/flatagent/index.ts";
import { type MockModel, type RequestLimit, startMockModel } from "../../adapters/mock-model/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { RateLimitBackend } from "../../runtime/fleet/rate-limit-backend.ts";
import { RateLimiter, type RateLimits } from "../../runtime/fleet/rate-limiter.ts";
import { StoreError } from "../../runtime/store/errors.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";
import { sharedStores } from "../crash/stores.ts";

interface Served extends MockModel {
	/** Requests beyond the server's own limit. */
	refused(): number;
}

const servers: MockModel[] = [];
afterAll(async () => {
	for (const server of servers) await server.close();
});

async function serve(limit?: RequestLimit): Promise<Served> {
	let answered = 0;
	const script = () => {
		answered += 1;
		return { content: "yes" };
	};
	const server = await startMockModel({ script, ...(limit && { limit }) });
	servers.push(server);
	return { ...server, refused: () => server.requests.length - answered };
}

function hostOf({ url }: MockModel): string {
	return new URL(url).host;
}

const machineAt = ({ url }: MockModel, execution: string, timeout = 60) => `spec: flatmachine
spec_version: "4.2.1"
data:
  name: many
  context: { got: null }
  agents:
    a: { spec: flatagent, data: { name: a, model: { provider: local, name: m, base_url: "${url}", api_key: k, timeout: ${timeout} }, user: hi } }
  states:
    ask: { type: initial, agent: a, execution: ${execution}, output_to_context: { got: output }, transitions: [{ to: end }] }
    end: { type: final, output: { got: context.got } }
`;

/** A process of its own as far as gates are concerned. */
function processWith(server: MockModel, rateLimits: RateLimits, execution: string, more: CompileOptions = {}) {
	return new FlatMachine({
		config: machineAt(server, execution, 30),
		rateLimits,
		agents: [flatAgentAdapter({ rateGates: new RateGates() })],
		...more,
	});
}

const retryOnce = "{ type: retry, backoffs: [0.01], jitter: 0 }";

describe.each((await sharedStores()).filter(({ name }) => name === "redis" || name === "postgres"))(
	"two processes with one limit on $name",
	({ missing, open }) => {
		it.skipIf(missing !== undefined)("are never refused", async () => {
			const shared = await open();
			const server = await serve({ requests: 20, seconds: 1 });
			await using folder = files({ "machine.yml": machineAt(server, "{ type: parallel, n_samples: 30 }") });
			const args = ["run", "machine.yml", "--json", "-q", "--store", `${shared.url}`, "--rate-limit"];
			const run = (id: string) => flatstate([...args, `${hostOf(server)}=20/1`, "--id", id], { cwd: folder.path });
			try {
				const ended = await Promise.all([run(randomUUID()), run(randomUUID())]);
				expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: "" }));
				for (const { stdout } of ended) expect(JSON.parse(stdout)).toMatchObject({ got: { count: 30 } });
				expect([server.requests.length, server.refused()]).toEqual([60, 0]);
			} finally {
				await shared.remove();
			}
		});
	},
);

describe("a shared rate limit", () => {
	it("holds for its host, or for all others, and for no address that it does not name", () => {
		const a = { match: "a.example", requests: 1, seconds: 1 };
		const port = { match: "b.example:8080", requests: 2, seconds: 1 };
		const any = { match: "*", requests: 3, seconds: 1 };
		const limiter = openMemoryStore().rateLimits;
		const all = new RateLimiter({ limiter, limits: [a, a, port, any] });
		expect(all.windowsOf("https://a.example/v1")).toEqual([a, a]);
		expect(all.windowsOf("http://b.example:8080/v1")).toEqual([port]);
		expect(all.windowsOf("http://b.example/v1")).toEqual([any]);
		expect(new RateLimiter({ limiter, limits: [a] }).windowsOf("https://b.example")).toEqual([]);
	});

	it.each([
		[{ match: "https://a.example", requests: 1, seconds: 1 }, "`https://a.example` is no host"],
		[{ match: "a", requests: 0, seconds: 1 }, "the requests are 0"],
		[{ match: "a", requests: 1.5, seconds: 1 }, "the requests are 1.5"],
		[{ match: "a", requests: 1, seconds: 0 }, "the seconds are 0"],
	])("that is none is refused: %o", (limit, problem) => {
		expect(() => new RateLimiter({ limiter: openMemoryStore().rateLimits, limits: [limit] })).toThrow(problem);
	});

	it("needs a store that can count", () => {
		expect(() => new RateLimiter({ limiter: undefined, limits: [] })).toThrow("the store cannot count calls");
	});

	it("that is used up for longer than a call waits has a retry back off, parked, until it has a place", async () => {
		const server = await serve();
		let time = 1_000_000;
		const now = () => time;
		const store = openMemoryStore({ now });
		const limits = [{ match: hostOf(server), requests: 1, seconds: 3600 }];
		const machine = processWith(server, { limiter: store.rateLimits, limits }, retryOnce, { now });
		const withStore = new FlatMachine({
			config: machineAt(server, retryOnce, 30),
			rateLimits: { limiter: store.rateLimits, limits },
			store,
			now,
		});
		expect(await machine.run()).toMatchObject({ status: "done" });
		expect(await withStore.run({}, { executionId: "x", parkSleepsOverSeconds: 60 })).toMatchObject({
			status: "waiting",
			sleeping: [{ until: time + 3_600_000 }],
		});
		expect(server.requests).toHaveLength(1);
		time += 3_600_000;
		expect(await withStore.resume("x")).toMatchObject({ status: "done" });
		expect(server.requests).toHaveLength(2);
	});

	it("has other processes hold back where one was refused", async () => {
		const server = await serve({ requests: 1, seconds: 1, tells: "retry-after" });
		const limits = { limiter: openMemoryStore().rateLimits, limits: [{ match: "*", requests: 100, seconds: 1 }] };
		const one = processWith(server, limits, "{ type: parallel, n_samples: 2 }");
		await one.run();
		expect([server.requests.length, server.refused()]).toEqual([2, 1]);
		const start = Date.now();
		expect(await processWith(server, limits, "{ type: retry, backoffs: [] }").run()).toMatchObject({ status: "done" });
		expect(Date.now() - start).toBeGreaterThan(500);
		expect([server.requests.length, server.refused()]).toEqual([3, 1]);
	});

	it("makes no call while its store cannot be asked, and says so", async () => {
		const server = await serve();
		const limits = [{ match: "*", requests: 100, seconds: 1 }];
		let tries = 0;
		const memory = openMemoryStore();
		const limiter = async (): Promise<RateLimitBackend> => {
			tries += 1;
			if (tries === 1 || !memory.rateLimits) throw new StoreError("store_unreachable", "redis://x cannot be reached.");
			return memory.rateLimits;
		};
		const failing = processWith(server, { limiter, limits }, "{ type: retry, backoffs: [] }");
		expect(await failing.run()).toMatchObject({
			status: "failed",
			error: {
				message: expect.stringContaining(
					"The call was not made, since the shared rate limit cannot be asked: redis://x cannot be reached.",
				),
			},
		});
		expect(server.requests).toHaveLength(0);
		tries = 0;
		expect(await processWith(server, { limiter, limits }, retryOnce).run()).toMatchObject({ status: "done" });
	});

	it("gives back the place of a call that nobody waits for any more", async () => {
		const { rateLimits: backend } = openMemoryStore();
		if (!backend) throw new Error("no limits");
		const windows = [{ requests: 1, seconds: 60 }];
		const limiter = new RateLimiter({ limiter: backend, limits: [] });
		expect(await limiter.take("k", windows, { longestWait: 0 })).toBe(0);
		const stop = new AbortController();
		const waiting = limiter.take("k", windows, { longestWait: 100_000, signal: stop.signal });
		await expect.poll(async () => (await backend.reserve("k", windows, 0)).waitMs).toBeGreaterThan(60_000);
		stop.abort(new Error("enough"));
		await expect(waiting).rejects.toThrow("enough");
		expect((await backend.reserve("k", windows, 0)).waitMs).toBeLessThanOrEqual(60_000);
	});
});
