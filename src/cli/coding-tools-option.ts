/** `--coding-tools DIR --allow LIST [--yes]`: coding tools for the agents of a command. */
import { resolve } from "node:path";
import {
	CodingToolError,
	type CodingToolName,
	codingToolNames,
	codingTools,
} from "../../adapters/coding-tools/index.ts";
import type { Tool } from "../../runtime/tools/tool.ts";
import { askApproval } from "./ask-approval.ts";
import type { RunConsole } from "./run-console.ts";
import { isInteractive } from "./streams.ts";
import { UsageError } from "./usage-error.ts";

export interface CodingToolsCommandOptions {
	/** The working directory of the tools. */
	readonly codingTools?: string;
	/** Names of tools, with commas between them. */
	readonly allow?: string;
	/** Nobody is asked. */
	readonly yes?: boolean;
}

/** The tools that the options name; undefined where they name none. @throws UsageError */
export function codingToolsOf(options: CodingToolsCommandOptions, console: RunConsole): readonly Tool[] | undefined {
	const { codingTools: root, allow, yes = false } = options;
	if (root === undefined) {
		if (allow !== undefined) throw new UsageError("--allow needs --coding-tools DIR.");
		return undefined;
	}
	if (allow === undefined) {
		throw new UsageError(`--coding-tools needs --allow with names of tools: ${codingToolNames.join(", ")}.`);
	}
	const canAsk = isInteractive(process.stdin) && isInteractive(process.stderr);
	const approve = askApproval({
		input: canAsk ? process.stdin : undefined,
		write: (text) => console.write(text),
	});
	try {
		return codingTools({ root: resolve(root), allow: toolNames(allow), ...(!yes && { approve }) });
	} catch (error) {
		if (error instanceof CodingToolError) throw new UsageError(error.message);
		throw error;
	}
}

function toolNames(list: string): CodingToolName[] {
	return list.split(",").map((text) => {
		const found = codingToolNames.find((name) => name === text.trim());
		if (found) return found;
		throw new UsageError(
			`--allow: there is no tool ${JSON.stringify(text.trim())}. There are ${codingToolNames.join(", ")}.`,
		);
	});
}
