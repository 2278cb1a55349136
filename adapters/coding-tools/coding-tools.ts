/** Tools for coding agents: files of one folder and a shell, each behind explicit permission. */
import { onlyOptions, optionalFunction, optionalNames } from "../../runtime/permission-options.ts";
import type { Tool } from "../../runtime/tools/tool.ts";
import { type ApprovalAnswer, type ApprovalRequest, type CodingToolName, codingToolNames } from "./approval.ts";
import { CodingToolError } from "./errors.ts";
import { editTool, listTool, readTool, type ToolSetting, writeTool } from "./file-tools.ts";
import { grepTool } from "./search-tool.ts";
import { bashTool } from "./shell-tool.ts";
import { Workspace } from "./workspace.ts";

export interface CodingToolsOptions {
	/** The working directory. It must be there. */
	readonly root: string;
	/** The tools that there are: nothing that is not named. */
	readonly allow: readonly CodingToolName[];
	/**
	 * Asked before a tool acts. A no goes to the model as an error of the tool, with the reason. Absent: what is in `allow`
	 * acts without being asked for.
	 */
	readonly approve?: (request: ApprovalRequest) => ApprovalAnswer | Promise<ApprovalAnswer>;
	/** The tools for which `approve` is asked. Default: `write`, `edit` and `bash`. */
	readonly asksFor?: readonly CodingToolName[];
	/** Variables for commands of `bash`, which see no others but PATH, HOME and the like. */
	readonly env?: Readonly<Record<string, string>>;
	/** Seconds for one search of `grep`. Default: 10. */
	readonly searchTimeout?: number;
}

const optionNames: Readonly<Record<keyof CodingToolsOptions, true>> = {
	root: true,
	allow: true,
	approve: true,
	asksFor: true,
	env: true,
	searchTimeout: true,
};

/**
 * The tools `read`, `write`, `edit`, `list`, `grep` and `bash`, as far as they are allowed. Those of files are confined to the
 * working directory; `bash` is not (docs/tools.md).
 * @throws CodingToolError `options` for a folder that is not there, and a tool that is unknown
 * @throws InvalidOptionError for an option that is unknown or of the wrong type
 */
export function codingTools(options: CodingToolsOptions): Tool[] {
	onlyOptions("codingTools", options, optionNames);
	optionalNames("codingTools", options, ["allow", "asksFor"]);
	optionalFunction("codingTools", options, "approve");
	const { root, allow, approve, asksFor = ["write", "edit", "bash"], env, searchTimeout } = options;
	for (const name of [...allow, ...asksFor]) {
		if (codingToolNames.includes(name)) continue;
		throw new CodingToolError("options", `There is no coding tool "${name}": ${codingToolNames.join(", ")}.`);
	}
	const setting: ToolSetting = {
		workspace: new Workspace(root),
		approval: { ...(approve && { approve }), asksFor: new Set(asksFor) },
	};
	const all: Record<CodingToolName, () => Tool> = {
		read: () => readTool(setting),
		write: () => writeTool(setting),
		edit: () => editTool(setting),
		list: () => listTool(setting),
		grep: () => grepTool(setting, searchTimeout),
		bash: () => bashTool(setting, env),
	};
	return [...new Set(allow)].map((name) => all[name]());
}
