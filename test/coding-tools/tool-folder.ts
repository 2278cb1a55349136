/** A working directory with coding tools, beside a folder that they must not reach. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { wait } from "../../runtime/steps/timer.ts";
import { callTool, type FullToolResult } from "../../runtime/tools/call-tool.ts";
import {
	type CodingToolName,
	type CodingToolsOptions,
	codingToolNames,
	codingTools,
	toolProvider,
} from "../../src/index.ts";

export interface ToolFolder extends AsyncDisposable {
	/** The working directory. */
	readonly root: string;
	/** A folder beside it, with `secret.txt`. */
	readonly outside: string;
	/** Calls a tool as a tool loop does. */
	call(
		name: CodingToolName,
		args: Readonly<Record<string, unknown>>,
		call?: { readonly signal?: AbortSignal; readonly timeout?: number },
	): Promise<FullToolResult>;
}

export const secret = "the secret outside";

export function toolFolder(
	texts: Readonly<Record<string, string>> = {},
	options: Partial<CodingToolsOptions> = {},
): ToolFolder {
	const base = realpathSync(mkdtempSync(join(tmpdir(), "flatstate-tools-")));
	const root = join(base, "root");
	const outside = join(base, "outside");
	for (const folder of [root, outside]) mkdirSync(folder);
	writeFileSync(join(outside, "secret.txt"), secret);
	for (const [name, text] of Object.entries(texts)) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		writeFileSync(join(root, name), text);
	}
	const provider = toolProvider(codingTools({ root, allow: codingToolNames, ...options }));
	return {
		root,
		outside,
		call: (name, args, { signal = new AbortController().signal, timeout = 0 } = {}) =>
			callTool({
				provider,
				call: { id: "1", name, arguments: args },
				timeout,
				signal,
				idempotencyKey: "k",
				sleep: (seconds, ended) => wait(seconds * 1000, ended),
			}),
		[Symbol.asyncDispose]: async () => rmSync(base, { recursive: true, force: true }),
	};
}
