/** What gives up an agent's call ends the HTTP request itself: the server sees its connection closed. */
import { expect, test } from "vitest";
import { type MockModel, type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { main } from "../build-package.ts";
import { endOf, startCommand } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";

const never = { content: "too late", latency_ms: 600_000 };

const agent = (url: string, name: string) =>
	`{ spec: flatagent, data: { model: { provider: mock, name: ${name}, base_url: "${url}" }, user: hi } }`;

const one = (url: string, more = "") => `
spec: flatmachine
spec_version: "4.2.1"
data:
  agents: { slow: ${agent(url, "slow")} }
  states:
    ask: { type: initial, agent: slow, ${more} transitions: [{ to: done }] }
    late: { type: final, output: { late: true } }
    done: { type: final }
`;

/** Resolves when so many requests have arrived. */
async function arrived(model: MockModel, count: number): Promise<void> {
	await expect.poll(() => model.requests.length, { timeout: 20_000, interval: 5 }).toBe(count);
}

async function outcomes(model: MockModel): Promise<string[]> {
	return Promise.all(model.requests.map(({ outcome }) => outcome));
}

const slow = (script: MockScript = { "*": never }) => startMockModel({ script });

test("an AbortSignal ends the request of a run", async () => {
	await using model = await slow();
	const controller = new AbortController();
	const run = new FlatMachine({ config: one(model.url) }).run({}, { signal: controller.signal });
	await arrived(model, 1);
	controller.abort();
	expect(await run).toMatchObject({ status: "stopped", reason: "aborted" });
	expect(await outcomes(model)).toEqual(["abandoned"]);
});

test("an AbortSignal ends a stream in its midst", async () => {
	await using model = await slow({ "*": { chunks: ["a", "b"], chunk_ms: 600 } });
	const controller = new AbortController();
	const config = one(model.url).replace("name: slow,", "name: slow, stream: true,");
	const result = await new FlatMachine({ config }).run(
		{},
		{ signal: controller.signal, onEvent: ({ type }) => type === "agent_stream" && controller.abort() },
	);
	expect(result).toMatchObject({ status: "stopped", reason: "aborted" });
	expect(await outcomes(model)).toEqual(["abandoned"]);
});

test("a state's timeout ends the request", async () => {
	await using model = await slow();
	const config = one(model.url, "timeout: 0.3, on_error: late,");
	expect(await new FlatMachine({ config }).run()).toMatchObject({ output: { late: true } });
	expect(await outcomes(model)).toEqual(["abandoned"]);
});

test("a lost race of machines ends the requests of those that lost", async () => {
	const script: MockScript = { fast: { content: "first", latency_ms: 300 }, slow: never };
	await using model = await slow(script);
	const child = (name: string) => `
      spec: flatmachine
      spec_version: "4.2.1"
      data:
        agents: { asked: ${agent(model.url, name)} }
        states:
          ask: { type: initial, agent: asked, output_to_context: { said: output.content }, transitions: [{ to: done }] }
          done: { type: final, output: { said: context.said } }`;
	const config = `
spec: flatmachine
spec_version: "4.2.1"
data:
  machines:
    fast: ${child("fast")}
    slow: ${child("slow")}
    slower: ${child("slow")}
  context: { won: null }
  states:
    race: { type: initial, machine: [fast, slow, slower], mode: any, output_to_context: { won: output }, transitions: [{ to: done }] }
    done: { type: final, output: { won: context.won } }
`;
	const result = await new FlatMachine({ config }).run();
	expect(result).toMatchObject({ status: "done", output: { won: { fast: { said: "first" } } } });
	const ends = model.requests.map(async ({ body, outcome }) => `${body.model} ${await outcome}`);
	expect((await Promise.all(ends)).sort()).toEqual(["fast answered", "slow abandoned", "slow abandoned"]);
});

test("a call that waits for its turn is given up without a request", async () => {
	await using model = await slow([{ status: 429, headers: { "retry-after": "600" } }]);
	const config = one(model.url, "timeout: 0.5, execution: { type: retry, backoffs: [0] }, on_error: late,");
	expect(await new FlatMachine({ config }).run()).toMatchObject({ output: { late: true } });
	expect(model.requests).toHaveLength(1);
});

test("Ctrl-C ends the request of `flatstate run`", async () => {
	await using model = await slow();
	await using folder = files({ "machine.yml": one(model.url) });
	const command = startCommand(process.execPath, [main, "run", `${folder.path}/machine.yml`]);
	const ended = endOf(command);
	await arrived(model, 1);
	command.kill("SIGINT");
	expect(await model.requests[0]?.outcome).toBe("abandoned");
	expect(await ended).toMatchObject({ code: 130 });
});
