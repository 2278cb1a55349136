import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadFlatAgent } from "../../adapters/flatagent/index.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";

/** A machine whose one agent is what `agent` says; such documents may come from anywhere. */
const machineWith = (agent: unknown) => ({
	spec: "flatmachine",
	spec_version: "4.2.1",
	data: {
		name: "x",
		agents: { a: agent },
		states: {
			start: { type: "initial", agent: "a", transitions: [{ to: "done" }] },
			done: { type: "final", output: { ok: 1 } },
		},
	},
});

async function errorOf(agent: unknown, dir: string): Promise<string> {
	try {
		const { status, error } = await new FlatMachine({ config: machineWith(agent), dir }).run();
		return `${status}: ${error}`;
	} catch (error) {
		return String(error);
	}
}

async function folders() {
	const root = await temporaryFolder();
	const dir = join(root.path, "inside");
	await mkdir(dir);
	await writeFile(
		join(root.path, "agent.yml"),
		"spec: flatagent\ndata: { name: a, model: { provider: p, name: m }, user: outside }\n",
	);
	await writeFile(join(root.path, "prompt.yml"), "spec: prompt\ndata: { name: a, user: outside }\n");
	await symlink(join(root.path, "agent.yml"), join(dir, "link"));
	return { dir, [Symbol.asyncDispose]: () => root[Symbol.asyncDispose]() };
}

describe("an agent of a document that may come from anywhere", () => {
	it.each(["link", "..", "/dev/zero", "../agent.yml"])("reads no agent at %j", async (ref) => {
		await using folder = await folders();
		expect(await errorOf({ type: "flatagent", ref }, folder.dir)).toMatch(/is outside of|not a file/);
	});

	it.each(["../prompt.yml", "/etc/hostname", "/dev/zero"])("reads no prompt at %j", async (prompt) => {
		await using folder = await folders();
		const config = { name: "a", prompt, profile: "fast" };
		expect(await errorOf({ type: "flatagent", ref: "code", config }, folder.dir)).toContain("is outside of");
	});
});

it("a device, a folder or a huge file as an agent on its own is refused", async () => {
	await using folder = await temporaryFolder();
	await expect(loadFlatAgent("/dev/zero")).rejects.toThrow(/is not a file/);
	await expect(loadFlatAgent(folder.path)).rejects.toThrow(/is not a file/);
	const file = join(folder.path, "agent.yml");
	await writeFile(file, "x".repeat(9_000_000));
	await expect(loadFlatAgent(file)).rejects.toThrow(/the limit is/);
});
