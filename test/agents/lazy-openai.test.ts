import { expect, test, vi } from "vitest";
import { flatAgentAdapter } from "../../adapters/flatagent/index.ts";
import { startMockModel } from "../../adapters/mock-model/index.ts";

const loads = vi.hoisted(() => ({ count: 0 }));
vi.mock("openai", async (importOriginal) => {
	loads.count += 1;
	return importOriginal();
});

test("the openai client is loaded by the first call and not before", async () => {
	await using model = await startMockModel({ script: { "*": "ok" } });
	const executor = await flatAgentAdapter({ env: { MOCK_BASE_URL: model.url } }).createExecutor(
		"a",
		{ type: "flatagent", config: { data: { model: { provider: "mock", name: "x" } } } },
		{ configDir: "/", machineName: "m", settings: {} },
	);
	expect(loads.count).toBe(0);
	await executor.execute({ input: {}, context: {} });
	expect(loads.count).toBe(1);
});
