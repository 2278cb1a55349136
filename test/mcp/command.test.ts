/** `flatstate run --allow-mcp`: built command, real servers. */
import { watch, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { main } from "../build-package.ts";
import { endOf, flatstate, startCommand } from "../cli/built-command.ts";
import { type Files, files } from "../cli/files.ts";
import { isRunning, notesIn, servedText, stdioEntry } from "./mcp-machine.ts";

const hanging = `worker:\n  - tool_calls: [{ id: "1", name: hang, arguments: {} }]\n  - done\n`;
const adding = `worker:\n  - tool_calls: [{ id: "1", name: add, arguments: { a: 20, b: 22 } }]\n  - It is 42.\n`;

function folderWith(answers: string): Files {
	return files({ "notes.txt": "", "answers.yml": answers });
}

/** Resolves when a server has noted this. */
async function noted(folder: Files, text: string): Promise<void> {
	for await (const _ of watch(join(folder.path, "notes.txt"))) if (notesIn(folder).includes(text)) return;
}

async function machineIn(folder: Files): Promise<string> {
	const file = join(folder.path, "machine.yml");
	await writeFile(file, servedText({ servers: { s: stdioEntry(join(folder.path, "notes.txt")) } }));
	return file;
}

it("connects servers with --allow-mcp, and says how to allow it without", async () => {
	await using folder = folderWith(adding);
	const file = await machineIn(folder);
	const args = ["run", file, "--script", join(folder.path, "answers.yml"), "--json"];
	const refused = await flatstate(args);
	expect(refused).toMatchObject({ code: 1, stdout: "" });
	expect(refused.stderr).toContain('Agent "worker" names the MCP servers s, and connecting to servers is not allowed');
	expect(refused.stderr).toContain("--allow-mcp");
	expect(notesIn(folder)).toEqual([]);
	expect(await flatstate([...args, "--allow-mcp"])).toMatchObject({ code: 0, stdout: '{"found":"It is 42."}\n' });
	expect(notesIn(folder)).toEqual([expect.stringMatching(/^start/), "add 20 22", "end"]);
});

it.each(["SIGINT", "SIGTERM"] as const)("leaves no server behind after %s in the middle of a call", async (signal) => {
	await using folder = folderWith(hanging);
	const file = await machineIn(folder);
	const args = ["run", file, "--script", join(folder.path, "answers.yml"), "--allow-mcp"];
	const hangs = noted(folder, "hang");
	const child = startCommand(process.execPath, [main, ...args]);
	const end = endOf(child);
	await hangs;
	child.kill(signal);
	expect((await end).code).toBe(130);
	expect(notesIn(folder).at(-1)).toBe("end");
	expect(isRunning(notesIn(folder)[0] ?? "")).toBe(false);
});
