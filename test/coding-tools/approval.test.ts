/** Approval: who is asked before a coding tool acts, what a person sees, and what the model is told of a no. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ApprovalRequest } from "../../src/index.ts";
import { toolFolder } from "./tool-folder.ts";

it("asks before write, edit and bash, shows what changes, and not before reading", async () => {
	const asked: Omit<ApprovalRequest, "signal">[] = [];
	const approve = ({ signal: _, ...request }: ApprovalRequest) => {
		asked.push(request);
		return true;
	};
	await using folder = toolFolder({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" }, { approve });
	await folder.call("read", { path: "a.txt" });
	await folder.call("list", {});
	await folder.call("grep", { pattern: "1" });
	expect(asked).toEqual([]);
	await folder.call("edit", { path: "a.txt", old_text: "5\n", new_text: "five\nand more\n" });
	await folder.call("write", { path: "new.txt", content: "x\n" });
	await folder.call("bash", { command: "rm a.txt" });
	expect(asked.map(({ tool, preview }) => [tool, preview])).toEqual([
		["edit", "--- a.txt\n+++ a.txt\n@@ line 5 @@\n 2\n 3\n 4\n-5\n+five\n+and more\n 6\n 7\n 8"],
		["write", "--- (new file)\n+++ new.txt\n@@ line 1 @@\n+x"],
		["bash", "rm a.txt"],
	]);
	expect(asked[1]?.arguments).toEqual({ path: "new.txt", content: "x\n" });
});

it.each([
	[false, "This call was not allowed."],
	[{ allowed: false, reason: "not in this folder" }, "This call was not allowed: not in this folder"],
])("tells the model of a no, and does nothing: %j", async (answer, text) => {
	await using folder = toolFolder({ "a.txt": "a" }, { approve: async () => answer });
	for (const [tool, args] of [
		["write", { path: "new.txt", content: "x" }],
		["edit", { path: "a.txt", old_text: "a", new_text: "b" }],
		["bash", { command: "touch made" }],
	] as const) {
		expect(await folder.call(tool, args)).toEqual({
			content: `Error executing tool '${tool}': ${text}`,
			is_error: true,
		});
	}
	expect(readFileSync(join(folder.root, "a.txt"), "utf8")).toBe("a");
	expect(["new.txt", "made"].filter((name) => existsSync(join(folder.root, name)))).toEqual([]);
});

it("asks for the tools that it is told to, and takes what throws for a no", async () => {
	const approve = () => {
		throw new Error("nobody is there");
	};
	await using folder = toolFolder({ "a.txt": "a" }, { approve, asksFor: ["read"] });
	expect((await folder.call("read", { path: "a.txt" })).content).toContain("nobody is there");
	expect((await folder.call("write", { path: "b.txt", content: "b" })).is_error).toBe(false);
});

it("does nothing when the call is given up while a person is asked", async () => {
	await using folder = toolFolder({}, { approve: () => new Promise(() => undefined) });
	const { content } = await folder.call("write", { path: "b.txt", content: "b" }, { timeout: 0.05 });
	expect(content).toBe("Tool 'write' timed out after 0.05s.");
	expect(existsSync(join(folder.root, "b.txt"))).toBe(false);
});
