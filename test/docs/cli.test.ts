/** The page on the command line has every command, option, exit code and variable that `--help` has. */
import { expect, it } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { pageText } from "./page.ts";
import { runCommand } from "./run-block.ts";

const page = pageText("docs/cli.md");

function sectionOf(heading: string): string {
	return page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
}

function optionsIn(text: string): Set<string> {
	return new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([name]) => name));
}

async function commands(): Promise<string[]> {
	const { stdout } = await runCommand("flatstate --help");
	const list = stdout.split("Commands:\n")[1]?.split("\n\n")[0] ?? "";
	return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

it("has a section for every command", async () => {
	const names = await commands();
	expect(names).toContain("run");
	expect(names.filter((name) => sectionOf(name) === "")).toEqual([]);
});

it("has exactly the options of every command in its table", async () => {
	for (const name of await commands()) {
		const { stdout } = await runCommand(`flatstate help ${name}`);
		const list = stdout.split("Options:\n")[1]?.split("\n\n")[0] ?? "";
		const wanted = [...list.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = ""]) => option);
		const table = sectionOf(name).match(/^\|.*$/gm) ?? [];
		const first = table.map((row) => row.split("|")[1] ?? "").join("\n");
		expect([...optionsIn(first)].sort()).toEqual(wanted.filter((option) => option !== "--help").sort());
	}
});

it("has every exit code", () => {
	const codes = [...sectionOf("Exit codes").matchAll(/^\| (\d+)/gm)].map(([, code]) => Number(code));
	expect(codes).toEqual(Object.values(exitCodes));
});

it("has every variable that the help of `run` names", async () => {
	const { stdout } = await runCommand("flatstate help run");
	const names = stdout.match(/<PROVIDER>\w+|\b[A-Z]{2,}_[A-Z_]+\b/g) ?? [];
	expect(names.length).toBeGreaterThan(4);
	expect(names.filter((name) => !page.includes(name))).toEqual([]);
});
