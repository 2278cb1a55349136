/** The coding tool `bash`: where it runs, what it sees, and that nothing of it stays behind. */
import { readFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { isRunning } from "../mcp/mcp-machine.ts";
import { type ToolFolder, toolFolder } from "./tool-folder.ts";

/** The pids that a command has written down. */
function pidsIn({ root }: ToolFolder): string[] {
	return readFileSync(join(root, "pids"), "utf8")
		.trim()
		.split("\n")
		.map((pid) => `pid ${pid}`);
}

/** Once no process that a command has noted runs: the kernel closes the pipes of one that it kills before it is gone. */
async function ended(folder: ToolFolder, count: number): Promise<void> {
	const pids = pidsIn(folder);
	expect(pids).toHaveLength(count);
	await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 10_000 });
}

it("runs a command in the working directory and tells how it ended", async () => {
	await using folder = toolFolder({ "a.txt": "" });
	const { root } = folder;
	expect(await folder.call("bash", { command: "pwd; ls; echo oops >&2" })).toEqual({
		content: `${root}\na.txt\noops\n[exit code 0]`,
		is_error: false,
	});
	expect((await folder.call("bash", { command: "exit 3" })).content).toBe("[exit code 3]");
	expect((await folder.call("bash", { command: "kill -9 $$" })).content).toBe("[ended by SIGKILL]");
	expect((await folder.call("bash", { command: "cat" })).content).toBe("[exit code 0]");
});

it("sees no variables but those that every program needs, and those that it is given", async () => {
	process.env.OPENAI_API_KEY = "sk-planted-4711";
	await using folder = toolFolder({}, { env: { OWN: "mine" } });
	const { content } = await folder.call("bash", { command: "env" });
	expect(content).toContain("OWN=mine");
	expect(content).not.toContain("sk-planted-4711");
	expect(content).not.toContain("VITEST");
});

it("keeps the beginning and the end of a long output", async () => {
	await using folder = toolFolder();
	const { content } = await folder.call("bash", { command: "echo first; yes | head -c 3000000; echo last" });
	expect(content.length).toBeLessThan(51_000);
	expect(content).toMatch(/^first\ny\n/);
	expect(content).toMatch(/more bytes\]/);
	expect(content).toMatch(/last\n\[exit code 0\]$/);
});

it("ends the command with all that it has started when its time is over, and tells what it wrote", async () => {
	await using folder = toolFolder();
	const command = "(sleep 1000 & echo $! >> pids; wait) & echo $! >> pids; echo begun; wait";
	expect(await folder.call("bash", { command, timeout: 0.5 })).toEqual({
		content: "Error executing tool 'bash': The command took longer than 0.5 s and was ended.\nbegun\n",
		is_error: true,
	});
	await ended(folder, 2);
});

it("ends all of it when the call is aborted", async () => {
	await using folder = toolFolder({ pids: "" });
	const abort = new AbortController();
	const begun = (async () => {
		for await (const _ of watch(folder.root)) if (pidsIn(folder).some((pid) => pid !== "pid ")) return;
	})();
	const answer = folder.call("bash", { command: "sleep 1000 & echo $! > pids; wait" }, { signal: abort.signal });
	await begun;
	abort.abort(new Error("enough"));
	expect(await answer).toMatchObject({ content: expect.stringContaining("enough"), is_error: true });
	await ended(folder, 1);
});

it("leaves nothing in the background", async () => {
	await using folder = toolFolder();
	expect((await folder.call("bash", { command: "sleep 1000 & echo $! > pids" })).content).toBe("[exit code 0]");
	await ended(folder, 1);
});
