/** Runs what a page shows: TypeScript through the test runner, command lines through the command's own entry. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { format } from "node:util";
import { vi } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { type Block, root } from "./page.ts";

const entries: Readonly<Record<string, string>> = {
	flatstate: "src/index.ts",
	"flatstate/compiler": "compiler/index.ts",
	"flatstate/diagram": "src/diagram/index.ts",
	"flatstate/fleet": "src/fleet.ts",
	"flatstate/stores": "src/stores.ts",
	"flatstate/testing": "src/testing.ts",
	"flatstate/adapters/flatagent": "adapters/flatagent/index.ts",
	"flatstate/adapters/mcp": "adapters/mcp/index.ts",
	"flatstate/adapters/mock-model": "adapters/mock-model/index.ts",
};

const require = createRequire(import.meta.url);

/** The file that an import of a page stands for: ours from source, others from node_modules. */
export function importedFile(name: string): string {
	const own = entries[name];
	if (own !== undefined) return join(root, own);
	return name.startsWith("node:") || name.startsWith(".") ? name : require.resolve(name);
}

/** Runs a module and gives what it prints with `console.log`. */
export async function runModule(block: Block, folder: string): Promise<string> {
	const code = block.text.replace(/(\bfrom\s+|\bimport\()"([^"]+)"/g, (_all, before: string, name: string) => {
		return `${before}${JSON.stringify(importedFile(name))}`;
	});
	const file = join(folder, `block-${block.line}.${block.language === "js" ? "mjs" : "ts"}`);
	writeFileSync(file, code);
	const printed: string[] = [];
	const spy = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
		printed.push(`${format(...values)}\n`);
	});
	try {
		await import(file);
	} finally {
		spy.mockRestore();
	}
	return printed.join("");
}

export interface CommandOutput {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command line such as `npx flatstate validate machine.yml` in the working directory. */
export async function runCommand(line: string): Promise<CommandOutput> {
	const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
	const start = words.indexOf("flatstate");
	if (start < 0) throw new Error(`not a command of flatstate: ${line}`);
	const stdout = capture(process.stdout);
	const stderr = capture(process.stderr);
	try {
		const exitCode = await runCommandLine(["node", "flatstate", ...words.slice(start + 1)]);
		return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
	} finally {
		stdout.restore();
		stderr.restore();
	}
}

function capture(stream: NodeJS.WriteStream): { text: () => string; restore: () => void } {
	const parts: string[] = [];
	const spy = vi.spyOn(stream, "write").mockImplementation((chunk, encoding, done) => {
		parts.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
		const callback = typeof encoding === "function" ? encoding : done;
		callback?.();
		return true;
	});
	return { text: () => parts.join(""), restore: () => spy.mockRestore() };
}
