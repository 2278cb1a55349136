/** Finds the tests in the text of a test file, which may have been edited, and knows which of them were. */
import { createHash } from "node:crypto";
import { bareText } from "./bare-text.ts";

export interface TestBlock {
	readonly name: string;
	readonly text: string;
	/** Of what the test says, whatever the formatter. */
	readonly digest: string;
}

const opening = /^([ \t]*)(?:test|it)(?:\.\w+)*\(\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)/gm;
const digestsLabel = "For --update, the tests as they were written: ";
const lineWidth = 120;

/** The tests of a file, by the look of it: each ends with the first line that closes at the depth where it began. */
export function testsIn(text: string): readonly TestBlock[] {
	const starts = [...text.matchAll(opening)];
	return starts.map((match, index) => {
		const [, indent = "", literal = ""] = match;
		const rest = text.slice(match.index, starts[index + 1]?.index);
		const end = rest.search(new RegExp(`^${indent}}\\);?[ \\t]*$`, "m"));
		const own = end === -1 ? rest : rest.slice(0, end);
		return { name: unquote(literal), text: own, digest: digestOf(own) };
	});
}

/** Comment lines that `writtenDigests` reads again. */
export function digestLines(tests: readonly TestBlock[]): readonly string[] {
	const lines = [digestsLabel];
	for (const { digest } of tests) {
		const last = lines.at(-1) ?? "";
		const isFull = "// ".length + last.length + digest.length > lineWidth;
		if (isFull) lines.push(`${digest} `);
		else lines[lines.length - 1] = `${last}${digest} `;
	}
	return lines.map((line) => line.trimEnd());
}

/** Digests of the tests as they were written, from the foot of a file; undefined where somebody has taken them away. */
export function writtenDigests(text: string): ReadonlySet<string> | undefined {
	const at = text.lastIndexOf(digestsLabel);
	if (at === -1) return undefined;
	return new Set(text.slice(at + digestsLabel.length).match(/\b[0-9a-f]{8}\b/g));
}

/** The same for a text that was only formatted in another way. */
function digestOf(text: string): string {
	return createHash("sha256").update(bareText(text)).digest("hex").slice(0, 8);
}

function unquote(literal: string): string {
	return literal.slice(1, -1).replace(/\\(.)/g, "$1");
}
