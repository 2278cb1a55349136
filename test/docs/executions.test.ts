/** The page on stored executions has every command under `executions`, and exactly the options that each has. */
import { expect, it } from "vitest";
import { storeForms } from "../../src/open-store.ts";
import { pageText } from "./page.ts";
import { runCommand } from "./run-block.ts";

const page = pageText("docs/executions.md");

function sectionOf(heading: string): string {
	return page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
}

async function commands(): Promise<string[]> {
	const { stdout } = await runCommand("flatstate help executions");
	const list = stdout.split("Commands:\n")[1]?.split("\n\n")[0] ?? "";
	return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

it("has every command with exactly its options", async () => {
	const names = await commands();
	expect(names).toContain("prune");
	for (const name of names) {
		const { stdout } = await runCommand(`flatstate executions ${name} --help`);
		const list = stdout.split("Options:\n")[1] ?? "";
		const wanted = [...list.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = ""]) => option);
		const rows = sectionOf(name).match(/^\| `.*$/gm) ?? [];
		const listed = rows.flatMap((row) => /--[a-z-]+/.exec(row.split("|")[1] ?? "")?.[0] ?? []);
		expect([name, ...listed].sort()).toEqual([name, ...wanted.filter((option) => option !== "--help")].sort());
	}
});

it("has every kind of store", () => {
	const kinds = storeForms.match(/\b[a-z]+:/g) ?? [];
	expect(kinds).toContain("sqlite:");
	expect(kinds.filter((kind) => !sectionOf("The store").includes(`\`${kind}`))).toEqual([]);
});
