/** `invoke` and `launch`: a machine of its own by any invoker, and its result by id. */
import { expect, it, onTestFinished, vi } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import type { CompileOptions } from "../../src/compile.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { type InvokerChoice, invoke, launch, MemoryJobQueue, startWorker } from "../../src/fleet.ts";
import { childMachine } from "./fleet-machine.ts";

const machineOf = (options: CompileOptions) =>
	new FlatMachine({ file: "child.yml", loader: memoryLoader({ "child.yml": childMachine }), ...options });

async function fleet(options: CompileOptions) {
	const store = openMemoryStore();
	const queue = new MemoryJobQueue();
	const worker = await startWorker({ store, queue, ...options });
	onTestFinished(async () => {
		await worker.stop();
		await queue.close();
	});
	return { store, queue, machine: machineOf(options) };
}

const answers: CompileOptions = { script: { writer: "hello" } };
const failing: CompileOptions = { script: { writer: { error: "no more ink" } } };

it.each(["inline", "queue"])("gives the output, or throws what failed the machine: %s", async (kind) => {
	const choice = (queue: MemoryJobQueue): InvokerChoice => (kind === "queue" ? { queue } : "inline");
	const good = await fleet(answers);
	const request = { machine: good.machine, input: { n: 1 } };
	expect(await invoke(choice(good.queue), good.store, request)).toEqual({ got: 1, text: "hello" });

	const bad = await fleet(failing);
	const failed = invoke(choice(bad.queue), bad.store, { ...request, machine: bad.machine });
	await expect(failed).rejects.toThrow("no more ink");
});

it("takes no id that is there, and ends with its timeout where nobody works", async () => {
	const { store, machine } = await fleet(answers);
	const nobody = new MemoryJobQueue();
	const request = { machine, input: { n: 1 }, executionId: "x1" };
	const late = invoke({ queue: nobody }, store, { ...request, timeoutSeconds: 0.05 });
	await expect(late).rejects.toMatchObject({ name: "TimeoutError", code: "result_timeout" });
	await invoke("inline", store, request);
	await expect(launch({ queue: nobody }, store, request)).rejects.toMatchObject({ code: "execution_exists" });
});

it("throws for a job that no worker can run", async () => {
	const { store, queue, machine } = await fleet(answers);
	const forgetful = { ...store, configs: { ...store.configs, put: async () => "0".repeat(64) } };
	const failed = invoke({ queue }, forgetful, { machine, input: { n: 1 } });
	await expect(failed).rejects.toMatchObject({ name: "ConfigMissingError" });
});

it("runs no machine on workers whose store nobody shares, though its file asks for it", async () => {
	vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");
	onTestFinished(() => void vi.unstubAllEnvs());
	const text = childMachine.replace("  context:", "  settings: { backends: { work: redis } }\n  context:");
	const options = { file: "child.yml", loader: memoryLoader({ "child.yml": text }), ...answers };
	await using machine = new FlatMachine(options);
	await expect(machine.run({ n: 1 })).rejects.toMatchObject({ code: "store_not_shared" });
	await using here = new FlatMachine({ ...options, invoker: "inline" });
	expect(await here.execute({ n: 1 })).toEqual({ got: 1, text: "hello" });
});
