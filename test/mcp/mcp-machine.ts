/** Machines whose agent names MCP servers, and the servers' own record of what happened to them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptedAnswer } from "../../adapters/scripted/index.ts";
import { createLogger } from "../../runtime/logging/logger.ts";
import { FlatMachine, type FlatMachineOptions } from "../../src/index.ts";
import { type Files, files } from "../cli/files.ts";
import type { ToolCallSeen } from "../tools/loop-machine.ts";

const server = join(import.meta.dirname, "stdio-server.mjs");

export interface ServedRun extends AsyncDisposable {
	readonly machine: FlatMachine;
	readonly calls: readonly ToolCallSeen[];
	readonly folder: Files;
	/** Everything that was logged. */
	logged(): string;
	/** What the servers wrote down. */
	noted(): string[];
}

export interface ServedOptions {
	readonly answers: readonly ScriptedAnswer[];
	/** JSON of `mcp`, made with the entry of the test's server. */
	readonly mcp?: (server: Readonly<Record<string, unknown>>) => unknown;
	readonly env?: Readonly<Record<string, string>>;
	readonly states?: string;
	readonly options?: Omit<FlatMachineOptions, "file" | "config" | "script">;
}

export const oneLoop = `
work:
  type: initial
  agent: worker
  tool_loop: true
  output_to_context: { found: output.content }
  transitions: [{ to: done }]
done: { type: final, output: { found: context.found } }`;

/** The entry of the test's server, whose notes go into the file. */
export function stdioEntry(log: string, env: Readonly<Record<string, string>> = {}): Readonly<Record<string, unknown>> {
	return { command: process.execPath, args: [server], env: { LOG: log, ...env } };
}

/** The text of a machine whose agent `worker` names servers. */
export function servedText(mcp: unknown, states: string = oneLoop): string {
	return `
spec: flatmachine
spec_version: "4.2.1"
data:
  name: served
  agents:
    worker: { spec: flatagent, data: { model: { provider: mock, name: m }, user: go, mcp: ${JSON.stringify(mcp)} } }
  states:
${states.trim().replace(/^/gm, "    ")}
`;
}

/** A machine whose agent is scripted, with one stdio server `s` unless `mcp` says otherwise. */
export function served({ answers, mcp = (s) => ({ servers: { s } }), env, states, options }: ServedOptions): ServedRun {
	const folder = files({ "notes.txt": "" });
	const entry = stdioEntry(join(folder.path, "notes.txt"), env);
	const calls: ToolCallSeen[] = [];
	let log = "";
	const write = (line: string) => {
		log += line;
	};
	const machine = new FlatMachine({
		config: servedText(mcp(entry), states),
		mcp: true,
		logger: createLogger({ level: "debug", write }),
		...options,
		script: (call, { n }) => {
			calls.push(call);
			return answers[n] ?? new Error(`no answer ${n}`);
		},
	});
	return {
		machine,
		calls,
		folder,
		logged: () => log,
		noted: () => notesIn(folder),
		async [Symbol.asyncDispose]() {
			await machine.close();
			await folder[Symbol.asyncDispose]();
		},
	};
}

/** A reference to a variable of the environment, as documents write it. */
export function variable(name: string): string {
	return `$\{${name}}`;
}

export function notesIn({ path }: Files): string[] {
	return readFileSync(join(path, "notes.txt"), "utf8")
		.trim()
		.split("\n")
		.filter((line) => line !== "");
}

/** Whether a process runs; the pid of a server is in its note `start PID`. One that nobody has buried yet does not. */
export function isRunning(note: string): boolean {
	const pid = Number(note.split(" ")[1]);
	try {
		process.kill(pid, 0);
		return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

/** What the model was told by the tools of the last turn. */
export function told(calls: readonly ToolCallSeen[]): unknown[] {
	const { messages } = calls.at(-1) ?? {};
	return (messages ?? []).filter(({ role }) => role === "tool").map(({ content }) => content);
}

export function namesOffered({ tools = [] }: ToolCallSeen): unknown[] {
	return tools.map(({ function: named }) =>
		typeof named === "object" && named !== null ? Reflect.get(named, "name") : null,
	);
}
