/** The tool `grep`: looks for a pattern in the text files of a folder, bounded in files, matches and time. */
import { boundedText } from "../../runtime/tools/bounded-text.ts";
import { type Tool, tool } from "../../runtime/tools/tool.ts";
import { approved } from "./approval.ts";
import { CodingToolError } from "./errors.ts";
import type { ToolSetting } from "./file-tools.ts";
import { cutLine } from "./line-range.ts";
import { Matcher, type MatchRequest } from "./match-apart.ts";
import { textAt } from "./text-file.ts";
import { walk } from "./walk-files.ts";
import { orWords, type Workspace } from "./workspace.ts";

const mostFiles = 20_000;
/** Bytes; larger files are left out. */
const largestSearched = 1024 * 1024;
const deepest = 50;
/** Seconds for one search. */
const timeLimit = 10;

export function grepTool({ workspace, approval }: ToolSetting, seconds = timeLimit): Tool {
	return tool({
		name: "grep",
		description:
			"Finds lines that match in the text files below a folder. .git and node_modules, links, binary files and files above 1 MB are left out.",
		parameters: {
			type: "object",
			properties: {
				pattern: { type: "string", minLength: 1, description: "A regular expression of JavaScript, for one line." },
				literal: { type: "boolean", description: "Whether the pattern is a text as it stands." },
				ignore_case: { type: "boolean" },
				path: { type: "string", minLength: 1, description: "A folder or a file; the working directory if not given." },
				name_ends: { type: "string", description: "Only files whose name ends so: `.ts`." },
				limit: { type: "integer", minimum: 1, maximum: 1000, description: "Most lines; 100 if not given." },
			},
			required: ["pattern"],
			additionalProperties: false,
		},
		async execute(args, { signal }) {
			await approved(approval, { tool: "grep", arguments: args, preview: "" }, signal);
			const { path = ".", name_ends: ending = "", limit = 100 } = args;
			const request = {
				pattern: args.literal === true ? escaped(String(args.pattern)) : String(args.pattern),
				flags: args.ignore_case === true ? "i" : "",
				mostMatches: Number(limit),
			};
			const where = { path: String(path), ending: String(ending) };
			return orWords(where.path, () => search(workspace, where, request, seconds, signal));
		},
	});
}

async function search(
	workspace: Workspace,
	where: { readonly path: string; readonly ending: string },
	request: MatchRequest,
	seconds: number,
	signal: AbortSignal,
): Promise<string> {
	await using matcher = new Matcher(request, seconds, signal);
	const lines: string[] = [];
	let files = 0;
	let leftOut = 0;
	for await (const file of textsBelow(workspace, where, signal)) {
		files += 1;
		if (file.text === undefined) leftOut += 1;
		else
			for (const { line, text } of await matcher.linesIn(file.text))
				lines.push(`${file.path}:${line}: ${cutLine(text)}`);
		if (lines.length >= request.mostMatches || files >= mostFiles) break;
	}
	const words = [
		...(lines.length === 0 ? ["No line matches."] : []),
		...(lines.length >= request.mostMatches ? [`Cut behind ${request.mostMatches} lines.`] : []),
		...(files >= mostFiles ? [`Only ${mostFiles} files were searched.`] : []),
		...(leftOut > 0 ? [`${leftOut} files were left out: binary, or too large.`] : []),
	];
	return boundedText([...lines, ...(words.length > 0 ? [`[${words.join(" ")}]`] : [])].join("\n"));
}

async function* textsBelow(
	workspace: Workspace,
	{ path, ending }: { readonly path: string; readonly ending: string },
	signal: AbortSignal,
): AsyncGenerator<{ readonly path: string; readonly text: string | undefined }> {
	if (await isFile(workspace, path)) {
		await using place = await workspace.place(path);
		yield { path: place.shown, text: await textAt(place) };
		return;
	}
	await using folder = await workspace.folder(path);
	for await (const { path: below, name, entry, folder: at } of walk(folder, deepest, signal)) {
		if (!entry.isFile() || !name.endsWith(ending)) continue;
		yield {
			path: below,
			text: await textIfSearched(() => textAt({ folder: at, name, shown: below }, largestSearched)),
		};
	}
}

async function isFile(workspace: Workspace, path: string): Promise<boolean> {
	if (path === "." || path === workspace.root) return false;
	await using place = await workspace.place(path);
	return (await place.folder.stats(place.name))?.isFile() === true;
}

/** Undefined for a file that is no text, or too large. */
async function textIfSearched(read: () => Promise<string | undefined>): Promise<string | undefined> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof CodingToolError) return undefined;
		throw error;
	}
}

function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
