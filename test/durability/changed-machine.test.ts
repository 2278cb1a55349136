/** A machine whose file has changed since an execution of it was started, or is gone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentScript } from "../../adapters/scripted/index.ts";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { MachineHooks } from "../../runtime/hooks/hooks.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { resumeExecution } from "../../src/resume-execution.ts";
import { documentOf } from "../runtime/flat.ts";
import { failingStore } from "./failing-store.ts";
import { withMethods } from "./with-methods.ts";

let folder = "";
let file = "";

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "changed-"));
	mkdirSync(join(folder, "machine"));
	file = join(folder, "machine", "machine.yml");
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

const child = `spec: flatmachine
data:
  name: child
  agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
  states:
    only: { type: initial, agent: a, output_to_context: { n: output.n }, transitions: [{ to: end }] }
    end: { type: final, output: { n: context.n } }
`;

const machine = (output: string, more = "") =>
	documentOf(
		`context: { one: null, two: null }
machines: { child: child.yml }
states:
  first: { type: initial, agent: a, output_to_context: { one: output.n }, transitions: [{ to: second }] }
  second: { machine: child, output_to_context: { two: output.n }, transitions: [{ to: end }] }
  ${more}
  end: { type: final, output: { said: ${output}, one: context.one, two: context.two } }`,
		{ use: ["a"] },
	);

function write(text: string, childText: string = child): void {
	writeFileSync(file, text);
	writeFileSync(join(folder, "machine", "child.yml"), childText);
}

interface Options {
	readonly script?: AgentScript;
	readonly hooks?: MachineHooks;
}

function open(store: Store, { script = { a: { n: 2 } }, hooks }: Options = {}): FlatMachine {
	return new FlatMachine({ file, store, script, ...(hooks && { hooks }) });
}

/** An execution that was killed while its child worked. */
async function killed(store: Store, options: Options = {}): Promise<void> {
	const after = (commits: readonly { readonly summary: { readonly status: string } }[]) =>
		commits.some(({ summary }) => summary.status === "done");
	const failing = failingStore(store, { after, takesEffect: false });
	const machine = open(failing.store, { script: { a: [{ n: 1 }, { n: 0 }] }, ...options });
	expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "failed" });
	expect((await store.persistence.loadExecution("x"))?.summary.current_state).toBe("second");
}

const done = (said: string) => ({ status: "done", output: { said, one: 1, two: 2 } });

describe("an execution whose machine has changed", () => {
	it("goes on with the configuration that it was started with, children too", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		write(machine("new"), child.replace("n: context.n", "n: changed"));
		expect(await open(store).resume("x")).toMatchObject(done("old"));
	});

	it("goes on where only the child's file has changed with the child as it was", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		write(machine("old"), child.replace("n: context.n", "n: changed"));
		expect(await open(store).resume("x")).toMatchObject(done("old"));
	});

	it("goes on with what there is now where that is said", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		const longer = machine("new", "third: { transitions: [{ to: end }] }");
		write(longer.replace(/(second: .*)to: end/, "$1to: third"));
		expect(await open(store).resume("x", { useCurrent: true })).toMatchObject({ ...done("new"), steps: 4 });
		const [first, ...others] = await store.persistence.listCheckpoints("x");
		const hashes = await Promise.all(
			[first ?? "", others.at(-1) ?? ""].map(async (key) => {
				const { text = "" } = (await store.persistence.loadCheckpoint(key)) ?? {};
				const snapshot: { readonly config_hash?: unknown } = JSON.parse(text);
				return String(snapshot.config_hash);
			}),
		);
		expect(new Set(hashes).size).toBe(2);
	});

	it.each([
		[
			"no state of that name",
			machine("new").replaceAll("second", "seconds"),
			/`second`, which the machine no longer has: did you mean `seconds`\?/,
		],
		[
			"a state that waits in its place",
			machine("new").replace("machine: child, output_to_context: { two: output.n }", "wait_for: c"),
			/is at work in the state `second`, which waits for a signal now/,
		],
		[
			"no such child",
			machine("new").replace("{ child: child.yml }", "{ kid: child.yml }").replace("machine: child", "machine: kid"),
			/machine `child`.*`kid`/,
		],
	])("does not go on with what there is now where that has %s, and says so", async (_, text, message) => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		write(text);
		const current = open(store);
		await expect(current.resume("x", { useCurrent: true })).rejects.toMatchObject({
			code: "snapshot_mismatch",
			message: expect.stringMatching(message),
		});
		expect(await store.lock?.holder("x")).toBeNull();
		expect(await current.resume("x")).toMatchObject(done("old"));
	});

	it("takes hooks that are given in code into account on both sides", async () => {
		const store = openMemoryStore();
		const hooks: MachineHooks = { onStateEnter: (_state, context) => ({ ...context }) };
		write(machine("old"));
		await killed(store, { hooks });
		write(machine("new").replace("second: { machine: child, output_to_context: { two: output.n },", "second: {"));
		const result = await open(store, { hooks }).resume("x", { useCurrent: true });
		expect(result).toMatchObject({ status: "done", output: { said: "new", one: 1, two: null } });
	});

	it("is not taken back to its old configuration by who chose that before another process went on with a new one", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		const { lock } = store;
		if (!lock) throw new Error("the store in memory has a lock");
		let isFirst = true;
		const acquire = async (key: string) => {
			if (isFirst) {
				isFirst = false;
				write(machine("new"));
				expect(await open(store).resume("x", { useCurrent: true, maxSteps: 2 })).toMatchObject({ status: "stopped" });
			}
			return lock.acquire(key);
		};
		const late = { ...store, lock: withMethods(lock, { acquire }) };
		await expect(resumeExecution(late, "x", { script: { a: { n: 2 } } })).rejects.toMatchObject({
			code: "snapshot_mismatch",
			message: "Execution x has meanwhile gone on with another configuration. Resume it again.",
		});
		expect(await lock.holder("x")).toBeNull();
		expect(await resumeExecution(late, "x", { script: { a: { n: 2 } }, maxSteps: 9 })).toMatchObject(done("new"));
	});

	it("goes on where its files are no more", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		rmSync(join(folder, "machine"), { recursive: true });
		expect(await resumeExecution(store, "x", { script: { a: { n: 2 } } })).toMatchObject(done("old"));
	});

	it("is refused where neither its files are there nor its configuration, and says what to do", async () => {
		const store = openMemoryStore();
		write(machine("old"));
		await killed(store);
		const { text = "" } = (await store.persistence.loadCheckpoint("x/step_000002_execute.json")) ?? {};
		const { config_hash: hash }: { readonly config_hash?: unknown } = JSON.parse(text);
		await store.configs.delete(String(hash));
		await expect(resumeExecution(store, "x")).rejects.toMatchObject({ code: "config_missing" });
		write(machine("new"));
		await expect(open(store).resume("x")).rejects.toMatchObject({ code: "config_missing" });
		expect(await open(store).resume("x", { useCurrent: true })).toMatchObject(done("new"));
	});
});
