/** Reads a documentation page: its fenced blocks with what their first line says about them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");

/** A fenced block. Its first line is `LANGUAGE WORD… KEY=VALUE…`, for example `yaml file=machine.yml`. */
export interface Block {
	readonly page: string;
	/** Of the opening fence, counted from 1. */
	readonly line: number;
	readonly language: string;
	readonly words: ReadonlySet<string>;
	readonly values: ReadonlyMap<string, string>;
	readonly text: string;
}

/** `README.md` and every page of docs/, relative to the package. */
export function pageNames(): readonly string[] {
	const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
	return ["README.md", ...docs.map((name) => `docs/${name}`)];
}

export function pageText(page: string): string {
	return readFileSync(join(root, page), "utf8");
}

/** The blocks of a page in order. */
export function blocksOf(page: string): readonly Block[] {
	const blocks: Block[] = [];
	let open: { readonly line: number; readonly info: string; readonly lines: string[] } | undefined;
	for (const [index, line] of pageText(page).split("\n").entries()) {
		if (open === undefined) {
			if (line.startsWith("```")) open = { line: index + 1, info: line.slice(3).trim(), lines: [] };
		} else if (line.startsWith("```")) {
			blocks.push(block(page, open));
			open = undefined;
		} else open.lines.push(line);
	}
	if (open !== undefined) throw new Error(`${page}:${open.line}: the block is never closed`);
	return blocks;
}

function block(page: string, { line, info, lines }: { line: number; info: string; lines: readonly string[] }): Block {
	const [language = "", ...rest] = info.split(/\s+/);
	const pairs = rest.filter((word) => word.includes("="));
	return {
		page,
		line,
		language,
		words: new Set(rest.filter((word) => !word.includes("="))),
		values: new Map(
			pairs.map((pair): [string, string] => {
				const at = pair.indexOf("=");
				return [pair.slice(0, at), pair.slice(at + 1)];
			}),
		),
		text: `${lines.join("\n")}\n`,
	};
}
