import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flatAgentAdapter, loadFlatAgent } from "../../adapters/flatagent/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";
import { AgentAdapterRegistry } from "../../runtime/agents/registry.ts";
import { coerceAgentResult, payloadOf } from "../../runtime/agents/result.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a machine's agents are made through the registry, with its profiles, model override and agent names", async () => {
	await using model = await startMockModel({ script: { writer: ['{"title": "T"}'], critic: ["fine"] } });
	const env = { MOCK_BASE_URL: model.url };
	const registry = new AgentAdapterRegistry([flatAgentAdapter({ env })]);
	const profiles = {
		profiles: { fast: { provider: "cerebras", name: "x", temperature: 0.1 } },
		default: null,
		override: null,
	};
	const context = { configDir: "/", machineName: "m", settings: {}, profiles, modelOverride: "mock/any" };
	const data = { model: "fast", user: "{{ input.topic }}", output: { title: { type: "str" } } };
	const payloads: unknown[] = [];
	for (const name of ["writer", "critic"]) {
		const reference = { type: "flatagent", config: { spec: "flatagent", data } };
		const executor = await registry.createExecutor(name, reference, context);
		const result = coerceAgentResult(await executor.execute({ input: { topic: "sea" }, context: {} }));
		payloads.push(payloadOf(result));
	}
	expect(payloads).toEqual([{ title: "T" }, { _raw: "fine" }]);
	expect(model.requests[0]?.body).toMatchObject({ model: "any", temperature: 0.1 });
});

test("an agent of a file has the profiles beside it, unless others are given", async () => {
	await using folder = await temporaryFolder();
	const file = join(folder.path, "agent.yml");
	await writeFile(file, "spec: flatagent\ndata: {name: filed, model: fast, user: hi}\n");
	await writeFile(
		join(folder.path, "profiles.yml"),
		"spec: flatprofile\ndata: {model_profiles: {fast: {provider: mock, name: beside}}}\n",
	);
	await using model = await startMockModel({ script: ({ model: name }) => name });
	const env = { MOCK_BASE_URL: model.url };
	const agent = await loadFlatAgent(file, { env });
	expect([agent.name, (await agent.call()).content]).toEqual(["filed", "beside"]);
	const profiles = { profiles: { fast: { provider: "mock", name: "given" } }, default: null, override: null };
	expect((await (await loadFlatAgent(file, { env, profiles })).call()).content).toBe("given");

	const executor = await flatAgentAdapter({ env }).createExecutor(
		"a",
		{ type: "flatagent", ref: "agent.yml", config: {} },
		{ configDir: folder.path, machineName: "m", settings: {}, profiles },
	);
	expect(coerceAgentResult(await executor.execute({ input: {}, context: {} })).content).toBe("given");
});

test("a file that is missing or no mapping is refused by name", async () => {
	await using folder = await temporaryFolder();
	const file = join(folder.path, "agent.yml");
	await expect(loadFlatAgent(file)).rejects.toThrow(/agent.yml": the file cannot be read/);
	await writeFile(file, "- a\n");
	await expect(loadFlatAgent(file)).rejects.toThrow(/agent.yml": the file cannot be read as YAML or JSON: .*list/);
	await writeFile(file, "spec: flatagent\ndata: {}\n");
	await writeFile(join(folder.path, "profiles.yml"), "a: [");
	await expect(loadFlatAgent(file)).rejects.toThrow(/profiles.yml": the profiles cannot be read/);
});
