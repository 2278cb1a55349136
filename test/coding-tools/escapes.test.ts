/** Coding tools stay in their working directory: a table of ways out, each refused with words that say why. */
import { execFileSync } from "node:child_process";
import {
	existsSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FolderHandle } from "../../adapters/coding-tools/folder-handle.ts";
import { codingTools } from "../../src/index.ts";
import { secret, type ToolFolder, toolFolder } from "./tool-folder.ts";

/** Every tool of files, with a path. */
const uses = {
	read: (path: string) => ({ path }),
	write: (path: string) => ({ path, content: "written" }),
	edit: (path: string) => ({ path, old_text: "secret", new_text: "written" }),
	list: (path: string) => ({ path }),
	grep: (path: string) => ({ path, pattern: "secret" }),
} as const;

const tools = Object.keys(uses) as readonly (keyof typeof uses)[];

interface Escape {
	readonly text: string;
	/** Makes what is needed, and gives the path. */
	path(folder: ToolFolder): string;
	readonly says: RegExp;
}

const escapes: readonly Escape[] = [
	{ text: "`..`", path: () => "../outside/secret.txt", says: /`\.\.`, which is not allowed/ },
	{ text: "`..` in the middle", path: () => "src/../../outside/secret.txt", says: /`\.\.`/ },
	{ text: "`..` that would stay inside", path: () => "src/../file.txt", says: /`\.\.`/ },
	{
		text: "an absolute path",
		path: ({ outside }) => join(outside, "secret.txt"),
		says: /outside of the working directory/,
	},
	{ text: "an absolute path that begins like the root", path: ({ root }) => `${root}-more/x`, says: /outside of the/ },
	{ text: "an absolute path through the root", path: ({ root }) => `${root}/../outside/secret.txt`, says: /`\.\.`/ },
	{ text: "a path of Windows", path: () => "C:\\secret.txt", says: /outside of the working directory/ },
	{ text: "a share of Windows", path: () => "\\\\host\\share", says: /outside of the working directory/ },
	{ text: "the home directory", path: () => "~/secret.txt", says: /begins with `~`/ },
	{ text: "the home directory of another", path: () => "~root/secret.txt", says: /begins with `~`/ },
	{ text: "/proc/self", path: () => "/proc/self/environ", says: /outside of the working directory/ },
	{ text: "a device", path: () => "/dev/zero", says: /outside of the working directory/ },
	{ text: "NUL", path: () => "file.txt\0.png", says: /NUL character/ },
	{ text: "a name that turns its direction", path: () => "file\u202Etxt.exe", says: /characters that are not seen/ },
	{ text: "a blank without width", path: () => "file\u200B.txt", says: /characters that are not seen/ },
	{ text: "a line end", path: () => "file\n.txt", says: /characters that are not seen/ },
	{ text: "dots and slashes that only look so", path: () => "\uFF0E\uFF0E/\uFF0E\uFF0E/secret.txt", says: /look like/ },
	{ text: "a slash that only looks so", path: () => "..\uFF0Fsecret.txt", says: /look like/ },
	{ text: "a long name", path: () => "x".repeat(300), says: /too long/ },
	{ text: "a long path", path: () => "x/".repeat(3000), says: /too long/ },
	{
		text: "a link to a file",
		path: ({ root, outside }) => {
			symlinkSync(join(outside, "secret.txt"), join(root, "link.txt"));
			return "link.txt";
		},
		says: /leads through a link out of the working directory/,
	},
	{
		text: "a link to a folder",
		path: ({ root, outside }) => {
			symlinkSync(outside, join(root, "link"));
			return "link/secret.txt";
		},
		says: /leads through a link out of the working directory/,
	},
	{
		text: "a link to the folder above",
		path: ({ root }) => {
			symlinkSync("..", join(root, "up"));
			return "up/outside/secret.txt";
		},
		says: /leads through a link out of the working directory/,
	},
	{
		text: "a link to a link",
		path: ({ root, outside }) => {
			symlinkSync(outside, join(root, "first"));
			mkdirSync(join(root, "in"));
			symlinkSync("../first", join(root, "in", "second"));
			return "in/second/secret.txt";
		},
		says: /leads through a link out of the working directory/,
	},
	{
		text: "a link to what is not there yet",
		path: ({ root, outside }) => {
			symlinkSync(join(outside, "new.txt"), join(root, "dangling"));
			return "dangling";
		},
		says: /link/,
	},
	{
		text: "a link to itself",
		path: ({ root }) => {
			symlinkSync("loop", join(root, "loop"));
			return "loop/x";
		},
		says: /link/,
	},
	{
		text: "a link to /proc/self",
		path: ({ root }) => {
			symlinkSync("/proc/self", join(root, "proc"));
			return "proc/environ";
		},
		says: /leads through a link out of the working directory/,
	},
];

it.each(escapes)("refuses $text in every tool, and says why", async ({ path, says }) => {
	await using folder = toolFolder({ "src/a.txt": "a", "file.txt": "f" });
	const given = path(folder);
	for (const tool of tools) {
		const { content, is_error } = await folder.call(tool, uses[tool](given));
		expect(content, tool).toMatch(says);
		expect(content, tool).not.toContain(secret);
		expect(is_error, tool).toBe(true);
	}
	expect(readdirSync(folder.outside)).toEqual(["secret.txt"]);
	expect(readFileSync(join(folder.outside, "secret.txt"), "utf8")).toBe(secret);
});

it("follows links within the working directory", async () => {
	await using folder = toolFolder({ "real/a.txt": "inside" });
	symlinkSync("real", join(folder.root, "link"));
	expect(await folder.call("read", { path: "link/a.txt" })).toEqual({ content: "inside", is_error: false });
	await folder.call("write", { path: "link/b.txt", content: "new" });
	expect(readFileSync(join(folder.root, "real/b.txt"), "utf8")).toBe("new");
});

it("takes an absolute path below the working directory", async () => {
	await using folder = toolFolder({ "a.txt": "inside" });
	expect(await folder.call("read", { path: join(folder.root, "a.txt") })).toMatchObject({ content: "inside" });
});

it("leaves links out of lists and searches", async () => {
	await using folder = toolFolder({ "a.txt": "mine" });
	symlinkSync(folder.outside, join(folder.root, "link"));
	symlinkSync(join(folder.outside, "secret.txt"), join(folder.root, "secret.txt"));
	expect((await folder.call("list", { depth: 5 })).content).toBe("a.txt\nlink@\nsecret.txt@");
	expect((await folder.call("grep", { pattern: "secret|mine" })).content).toBe("a.txt:1: mine");
});

it("writes into the folder that was checked, where a link has taken its place meanwhile", async () => {
	await using folder = toolFolder({ "in/a.txt": "a" });
	await using above = await FolderHandle.open(folder.root);
	await using checked = await above.folder("in");
	renameSync(join(folder.root, "in"), join(folder.root, "moved"));
	symlinkSync(folder.outside, join(folder.root, "in"));
	const file = await checked.newFile("new.txt");
	await file.writeFile("x");
	await file.close();
	expect(existsSync(join(folder.outside, "new.txt"))).toBe(false);
	expect(readFileSync(join(folder.root, "moved/new.txt"), "utf8")).toBe("x");
});

it("refuses a folder that becomes a link while a person is asked", async () => {
	await using folder = toolFolder(
		{ "in/a.txt": "a" },
		{
			approve: () => {
				renameSync(join(folder.root, "in"), join(folder.root, "moved"));
				symlinkSync(folder.outside, join(folder.root, "in"));
				return true;
			},
		},
	);
	const { content, is_error } = await folder.call("write", { path: "in/secret.txt", content: "overwritten" });
	expect(content).toMatch(/leads through a link out of the working directory/);
	expect(is_error).toBe(true);
	expect(readFileSync(join(folder.outside, "secret.txt"), "utf8")).toBe(secret);
});

it("does not change a file that is changed while a person is asked", async () => {
	await using folder = toolFolder(
		{ "a.txt": "one" },
		{
			approve: () => {
				writeFileSync(join(folder.root, "a.txt"), "two");
				return true;
			},
		},
	);
	expect((await folder.call("edit", { path: "a.txt", old_text: "one", new_text: "1" })).content).toMatch(
		/changed meanwhile/,
	);
	expect(readFileSync(join(folder.root, "a.txt"), "utf8")).toBe("two");
});

it("never changes the outer end of a hard link", async () => {
	await using folder = toolFolder();
	linkSync(join(folder.outside, "secret.txt"), join(folder.root, "hard.txt"));
	await folder.call("write", { path: "hard.txt", content: "mine" });
	expect(readFileSync(join(folder.root, "hard.txt"), "utf8")).toBe("mine");
	expect(readFileSync(join(folder.outside, "secret.txt"), "utf8")).toBe(secret);
});

it.each([".git/hooks/post-commit", ".GIT/config", "link/config", "sub/.git/x"])(
	"writes nothing into git: %s",
	async (path) => {
		await using folder = toolFolder({ ".git/config": "[core]", ".git/hooks/post-commit": "[core]" });
		symlinkSync(".git", join(folder.root, "link"));
		const writing = await folder.call("write", { path, content: "x" });
		expect(writing).toEqual({ content: expect.stringContaining("belongs to git, and is not written"), is_error: true });
		expect((await folder.call("edit", { path, old_text: "[core]", new_text: "x" })).is_error).toBe(true);
		expect(readFileSync(join(folder.root, ".git/config"), "utf8")).toBe("[core]");
		expect((await folder.call("read", { path: ".git/config" })).content).toBe("[core]");
	},
);

it("refuses what is no ordinary file, without waiting for it", async () => {
	await using folder = toolFolder();
	execFileSync("mkfifo", [join(folder.root, "pipe")]);
	for (const tool of ["read", "write", "edit"] as const) {
		expect(await folder.call(tool, uses[tool]("pipe")), tool).toMatchObject({
			content: expect.stringContaining("no ordinary file"),
			is_error: true,
		});
	}
	expect((await folder.call("grep", { pattern: "x" })).content).toBe("[No line matches.]");
});

it.each(["/", "/no/such/folder", "/etc/hostname"])("does not take %s for a working directory", (root) => {
	expect(() => codingTools({ root, allow: ["read"] })).toThrow(expect.objectContaining({ code: "options" }));
});
