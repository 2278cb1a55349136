/** `--agent-folder DIR --agent-permission LEVEL`: what documents may do with agents of other programs. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { CodingPermission } from "../../adapters/frameworks/grants.ts";
import type { CodingAgentOptions } from "../coding-agents.ts";
import { UsageError } from "./usage-error.ts";

export interface AgentGrantsCommandOptions {
	/** Folders that agents may work in; the first is where they begin. */
	readonly agentFolder?: readonly string[];
	readonly agentPermission?: CodingPermission;
}

/** The grants that the options name; undefined where they name none. @throws UsageError for a folder that is not there */
export function agentGrantsOf({
	agentFolder: folders,
	agentPermission: permission,
}: AgentGrantsCommandOptions): CodingAgentOptions | undefined {
	if (folders === undefined && permission === undefined) return undefined;
	for (const folder of folders ?? []) {
		if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
			throw new UsageError(`--agent-folder: there is no folder ${folder}.`);
		}
	}
	return {
		...(folders && { folders: folders.map((folder) => resolve(folder)) }),
		...(permission && { permission }),
	};
}
