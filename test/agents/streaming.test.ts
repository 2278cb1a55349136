import { expect, test } from "vitest";
import { type MockScript, startMockModel } from "../../adapters/mock-model/index.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { StreamPrinter } from "../../src/cli/stream-printer.ts";
import { FlatMachine, type FlatMachineOptions } from "../../src/flat-machine.ts";
import { flatstate } from "../cli/built-command.ts";
import { files } from "../cli/files.ts";

const config = (url: string, model = "") => `
spec: flatmachine
spec_version: "4.2.1"
data:
  context: { said: null }
  agents:
    poet:
      spec: flatagent
      data: { model: { provider: mock, name: small, base_url: "${url}"${model} }, user: hi }
  states:
    write: { type: initial, agent: poet, output_to_context: { said: output.content }, transitions: [{ to: done }] }
    done: { type: final, output: { said: context.said } }
`;

const slowly: MockScript = { "*": { chunks: ["It ", "rains."], chunk_ms: 20 } };

const machineOf = (url: string, model = "", options: Partial<FlatMachineOptions> = {}) =>
	new FlatMachine({ ...options, config: config(url, model) });

function pieceOf(event: RunEvent): unknown {
	return event.type === "agent_stream" ? Reflect.get(Object(event.event), "text") : event.type;
}

test("the events of a run are there while it goes on, tokens among them, and end with it", async () => {
	await using model = await startMockModel({ script: slowly });
	const run = machineOf(model.url).run({}, { stream: true });
	const seen: unknown[] = [];
	for await (const event of run.events) seen.push(pieceOf(event));
	expect(seen).toEqual(["state", "agent_start", "It ", "rains.", "agent_end"]);
	expect(await run).toMatchObject({ status: "done", output: { said: "It rains." } });
});

test("a piece is there before the answer is complete", async () => {
	await using model = await startMockModel({ script: { "*": { chunks: ["a", "b"], chunk_ms: 300 } } });
	const run = machineOf(model.url).run({}, { stream: true });
	for await (const event of run.events) if (event.type === "agent_stream") break;
	const isDone = await Promise.race([run.then(() => true), Promise.resolve(false)]);
	expect(isDone).toBe(false);
	await run;
});

test("a piece says whose it is, and hooks are told of it, too", async () => {
	await using model = await startMockModel({ script: slowly });
	const told: unknown[] = [];
	const hooks = { onAgentStreamEvent: (state: string, event: unknown) => void told.push([state, event]) };
	const events: RunEvent[] = [];
	await machineOf(model.url, "", { hooks }).run({}, { stream: true, onEvent: (event) => events.push(event) });
	expect(events.find(({ type }) => type === "agent_stream")).toEqual({
		type: "agent_stream",
		executionId: expect.any(String),
		state: "write",
		agent: "poet",
		event: { type: "content", text: "It " },
	});
	expect(told).toEqual([
		["write", { type: "content", text: "It " }],
		["write", { type: "content", text: "rains." }],
	]);
});

test("without being asked for, nothing is streamed; a model's own setting wins", async () => {
	await using model = await startMockModel({ script: slowly });
	await machineOf(model.url).run();
	await machineOf(model.url, ", stream: false").run({}, { stream: true });
	await machineOf(model.url, ", stream: true").run();
	expect(model.requests.map(({ body }) => body.stream ?? null)).toEqual([null, false, true]);
});

test("launched machines and children stream, too, and two who iterate both see everything", async () => {
	await using model = await startMockModel({ script: slowly });
	const child = config(model.url).replaceAll("\n", "\n      ");
	const parent = `
spec: flatmachine
spec_version: "4.2.1"
data:
  machines:
    poem: ${child}
  states:
    both: { type: initial, launch: poem, machine: poem, transitions: [{ to: done }] }
    done: { type: final }
`;
	const run = new FlatMachine({ config: parent }).run({}, { stream: true });
	const pieces = async () => {
		let count = 0;
		for await (const event of run.events) if (event.type === "agent_stream") count += 1;
		return count;
	};
	expect(await Promise.all([pieces(), pieces()])).toEqual([4, 4]);
});

test("the events of a run that fails end, and the failure is the run's", async () => {
	const run = new FlatMachine({ config: config("http://127.0.0.1:9/v1") }).run();
	const types: string[] = [];
	for await (const { type } of run.events) types.push(type);
	expect(types).toEqual(["state", "agent_start", "agent_end"]);
	expect(await run).toMatchObject({ status: "failed" });
	for await (const _ of run.events) throw new Error("there is nothing more to come");
});

test("--stream shows the pieces on stderr, and the output alone is on stdout", async () => {
	await using model = await startMockModel({ script: slowly });
	await using folder = files({ "machine.yml": config(model.url) });
	const ended = await flatstate(["run", `${folder.path}/machine.yml`, "--stream", "--json"]);
	expect(ended).toEqual({ code: 0, stdout: '{"said":"It rains."}\n', stderr: "[write] It rains.\n" });
});

test("pieces of several states are told apart, and cannot steer the terminal", () => {
	const written: string[] = [];
	const printer = new StreamPrinter((text) => written.push(text));
	const piece = (state: string, event: unknown) =>
		printer.accept({ type: "agent_stream", executionId: "e", state, agent: "a", event });
	piece("one", { type: "content", text: "a\u001b[2J" });
	piece("two", { type: "content", text: "b\n" });
	piece("one", { type: "tool_call", index: 0, name: "look_up", arguments: '{"id"' });
	piece("one", { type: "tool_call", index: 0, arguments: ": 1}" });
	piece("one", { type: "other" });
	printer.accept({ type: "agent_end", executionId: "e", state: "one", agent: "a", calls: 1, cost: 0 });
	expect(written.join("")).toBe('[one] a\\u001b[2J\n[two] b\n[one] \nlook_up {"id": 1}\n');
});
