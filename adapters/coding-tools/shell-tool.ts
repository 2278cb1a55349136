/** The tool `bash`: a command of a shell. It is no sandbox: the command may do what the user of this process may. */
import { type Tool, tool } from "../../runtime/tools/tool.ts";
import { approved } from "./approval.ts";
import type { ToolSetting } from "./file-tools.ts";
import { commandEnvironment, runCommand } from "./run-command.ts";

/** Seconds. */
const defaultTimeout = 120;
const longestTimeout = 600;

export function bashTool({ workspace, approval }: ToolSetting, env: Readonly<Record<string, string>> = {}): Tool {
	return tool({
		name: "bash",
		description:
			"Runs a command of sh in the working directory, without input. Programs that it leaves in the background are ended.",
		parameters: {
			type: "object",
			properties: {
				command: { type: "string", minLength: 1, maxLength: 20_000 },
				timeout: {
					type: "number",
					exclusiveMinimum: 0,
					maximum: longestTimeout,
					description: `Seconds; ${defaultTimeout} if not given.`,
				},
			},
			required: ["command"],
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			const command = String(args.command);
			await approved(approval, { tool: "bash", arguments: args, preview: command }, signal);
			const { timeout = defaultTimeout } = args;
			const variables = commandEnvironment(process.env, env);
			return runCommand({ command, cwd: workspace.root, env: variables, seconds: Number(timeout), signal });
		},
	});
}
