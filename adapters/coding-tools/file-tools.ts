/** The tools `read`, `write`, `edit` and `list`. */
import { type Tool, tool } from "../../runtime/tools/tool.ts";
import { type Approval, approved } from "./approval.ts";
import { changeOf } from "./change-preview.ts";
import { CodingToolError } from "./errors.ts";
import { readLines } from "./line-range.ts";
import { listFolder } from "./list-folder.ts";
import { readText, textToChange, writeText } from "./text-file.ts";
import type { Workspace } from "./workspace.ts";

/** What all tools of one set share. */
export interface ToolSetting {
	readonly workspace: Workspace;
	readonly approval: Approval;
}

const path = { type: "string", description: "Path below the working directory.", minLength: 1 };

export function readTool({ workspace, approval }: ToolSetting): Tool {
	return tool({
		name: "read",
		description: "Reads a text file. Long files are read in parts.",
		parameters: {
			type: "object",
			properties: {
				path,
				offset: { type: "integer", minimum: 1, description: "First line, counted from 1." },
				limit: { type: "integer", minimum: 1, maximum: 10_000, description: "Number of lines; 2000 if not given." },
			},
			required: ["path"],
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			await approved(approval, { tool: "read", arguments: args, preview: "" }, signal);
			const { offset = 1, limit = 2000 } = args;
			return readLines(await readText(workspace, String(args.path)), Number(offset), Number(limit));
		},
	});
}

export function writeTool({ workspace, approval }: ToolSetting): Tool {
	return tool({
		name: "write",
		description: "Writes a text file as a whole; folders that are missing are made.",
		parameters: {
			type: "object",
			properties: { path, content: { type: "string", description: "The whole new text." } },
			required: ["path", "content"],
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			const file = String(args.path);
			const content = String(args.content);
			const before = await textToChange(workspace, file);
			if (before === content) return `${file} is so already.`;
			await approved(approval, { tool: "write", arguments: args, preview: changeOf(file, before, content) }, signal);
			await writeText(workspace, file, content, before);
			return `${file} was ${before === undefined ? "made" : "written"}.`;
		},
	});
}

export function editTool({ workspace, approval }: ToolSetting): Tool {
	return tool({
		name: "edit",
		description: "Replaces a part of a text file. The old text must stand there exactly once, unless all are replaced.",
		parameters: {
			type: "object",
			properties: {
				path,
				old_text: {
					type: "string",
					minLength: 1,
					description: "What is replaced, with blanks and line ends as they are.",
				},
				new_text: { type: "string", description: "What takes its place." },
				replace_all: { type: "boolean", description: "Whether every place is replaced." },
			},
			required: ["path", "old_text", "new_text"],
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			const file = String(args.path);
			const before = await textToChange(workspace, file);
			if (before === undefined) throw new CodingToolError("unfit", `${file} does not exist.`);
			const places = before.split(String(args.old_text));
			const found = places.length - 1;
			if (found === 0) throw new CodingToolError("unfit", `old_text is not in ${file}: read it again.`);
			if (found > 1 && args.replace_all !== true) {
				throw new CodingToolError(
					"unfit",
					`old_text is in ${file} ${found} times: give more of it, or set replace_all.`,
				);
			}
			const after = places.join(String(args.new_text));
			if (after === before) return `${file} is so already.`;
			await approved(approval, { tool: "edit", arguments: args, preview: changeOf(file, before, after) }, signal);
			await writeText(workspace, file, after, before);
			return `${file} was changed in ${found === 1 ? "one place" : `${found} places`}.`;
		},
	});
}

export function listTool({ workspace, approval }: ToolSetting): Tool {
	return tool({
		name: "list",
		description: "Lists a folder. Folders end with `/`, links with `@`; .git and node_modules are not entered.",
		parameters: {
			type: "object",
			properties: {
				path: { ...path, description: "A folder; the working directory if not given." },
				depth: { type: "integer", minimum: 1, maximum: 10, description: "Levels of folders; 2 if not given." },
			},
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			await approved(approval, { tool: "list", arguments: args, preview: "" }, signal);
			const { path: folder = ".", depth = 2 } = args;
			return listFolder(workspace, String(folder), Number(depth), signal);
		},
	});
}
