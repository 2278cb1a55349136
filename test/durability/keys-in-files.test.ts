/** Keys that stand in a machine's files are not stored; who resumes takes them from the same files, else the environment. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import type { AgentAdapter } from "../../runtime/agents/agent.ts";
import type { Store } from "../../runtime/store/store.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { resumeExecution } from "../../src/resume-execution.ts";
import { recordingStore } from "./recording-store.ts";
import { withMethods } from "./with-methods.ts";

const secret = "sk-planted-0123456789";
const document = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: keyed
  agents: { a: ./agent.yml }
  states:
    ask: { type: initial, wait_for: go, transitions: [{ to: work }] }
    work: { agent: a, transitions: [{ to: end }] }
    end: { type: final }
`;
const agent = (key: string) =>
	`spec: flatagent\ndata: { name: a, model: { provider: p, name: m, api_key: "${key}" }, user: hi }\n`;

let folder = "";
let store: Store;
const stored: string[] = [];
const keys: unknown[] = [];
const warnings: string[] = [];

/** Tells the key that an agent's document has. */
const adapter: AgentAdapter = {
	typeName: "flatagent",
	createExecutor: (_name, { config }) => ({
		execute: async () => {
			keys.push(/"api_key":"([^"]*)"/.exec(JSON.stringify(config))?.[1]);
			return { content: "fine" };
		},
	}),
};
const silent = () => undefined;
const options = {
	agents: [adapter],
	logger: { debug: silent, info: silent, warn: (text: string) => void warnings.push(text), error: silent },
};

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "keyed-"));
	writeFileSync(join(folder, "machine.yml"), document);
	writeFileSync(join(folder, "agent.yml"), agent(secret));
	for (const list of [stored, keys, warnings]) list.length = 0;
	const memory = openMemoryStore();
	const put = (text: string) => {
		stored.push(text);
		return memory.configs.put(text);
	};
	const recording = recordingStore({ ...memory, configs: withMethods(memory.configs, { put }) });
	store = recording.store;
	const machine = new FlatMachine({ file: join(folder, "machine.yml"), store, ...options });
	expect(await machine.run({}, { executionId: "x" })).toMatchObject({ status: "waiting" });
	await store.signals.send("go", 1);
	stored.push(JSON.stringify(recording.commits));
});

afterEach(() => {
	expect(stored.join("\n")).toContain('"keyed"');
	expect(stored.join("\n")).not.toContain(secret);
	rmSync(folder, { recursive: true, force: true });
});

const resume = () => resumeExecution(store, "x", options);

it("the files that it was started from give the key, where they are as they were", async () => {
	expect(await resume()).toMatchObject({ status: "done" });
	expect({ keys, warnings }).toEqual({ keys: [secret], warnings: [] });
});

it("a key that was replaced in these files is used, and makes no other machine", async () => {
	writeFileSync(join(folder, "agent.yml"), agent("sk-planted-another-one"));
	expect(await resume()).toMatchObject({ status: "done" });
	expect({ keys, warnings }).toEqual({ keys: ["sk-planted-another-one"], warnings: [] });
});

it.each([
	["are gone", () => rmSync(folder, { recursive: true })],
	["have changed", () => writeFileSync(join(folder, "agent.yml"), agent(secret).replace("hi", "ho"))],
	["cannot be read", () => writeFileSync(join(folder, "machine.yml"), "{")],
])("where they %s, there is none, and that is said", async (_what, change) => {
	change();
	expect(await resume()).toMatchObject({ status: "done" });
	expect(keys).toEqual([""]);
	expect(warnings).toEqual([expect.stringContaining("keys are taken from the environment")]);
});

it("the machine at hand is the same, and has its key", async () => {
	const machine = new FlatMachine({ file: join(folder, "machine.yml"), store, ...options });
	expect(await machine.resume("x")).toMatchObject({ status: "done" });
	expect({ keys, warnings }).toEqual({ keys: [secret], warnings: [] });
});
