/** `flatstate dispatch` with many executions at the same time: what they run with is opened once, and nothing warns. */
import { expect, it } from "vitest";
import { openStore } from "../../src/open-store.ts";
import { runCommand } from "../docs/run-block.ts";
import { files } from "./files.ts";

const machine = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: asker
  context: { text: null }
  agents: { asked: { spec: flatagent, data: { model: { provider: openai, name: m }, user: hi } } }
  states:
    ask: { type: initial, wait_for: go, transitions: [{ to: work }] }
    work: { agent: asked, output_to_context: { text: output.content }, transitions: [{ to: end }] }
    end: { type: final, output: { text: context.text } }
`;

it("gives executions that are woken together one mock model, closes it in the end, and prints no warning", async () => {
	// More than Node's limit on listeners, below which it warns of none.
	const ids = Array.from({ length: 12 }, (_, index) => `run-${index}`);
	const answers = ids.map((_, index) => `answer ${index}`);
	// Each takes so long that all are under way at the same time.
	const mock = answers.map((content) => ({ content, latency_ms: 100 }));
	await using folder = files({ "machine.yml": machine, "mock.json": JSON.stringify({ asked: mock }) });
	const store = `sqlite:${folder.path}/runs.db`;
	for (const id of ids) await runCommand(`flatstate run ${folder.path}/machine.yml --store ${store} --id ${id} -q`);
	await runCommand(`flatstate signal go --store ${store}`);
	const serversBefore = servers();
	const warnings: string[] = [];
	const listen = (warning: Error) => void warnings.push(warning.name);
	process.on("warning", listen);
	try {
		const command = `flatstate dispatch --once --store ${store} --mock ${folder.path}/mock.json`;
		expect(await runCommand(command)).toMatchObject({ exitCode: 0, stderr: "" });
		await new Promise((resolve) => setImmediate(resolve));
	} finally {
		process.off("warning", listen);
	}
	expect(warnings).toEqual([]);
	await expect.poll(servers).toBe(serversBefore);
	await using opened = await openStore(store);
	const results = ids.map((id) => opened.results.read(`flatagents://${id}/result`, { block: false }));
	const texts = (await Promise.all(results)).map((result) => JSON.stringify(result)).sort();
	expect(texts).toEqual(answers.map((text) => JSON.stringify({ text })).sort());
});

/** Servers of this process that listen. */
function servers(): number {
	return process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
}
