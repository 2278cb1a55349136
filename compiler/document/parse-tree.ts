/** Runs the YAML library over a text with bounds on depth and time, and words its errors. */
import {
	Composer,
	isMap,
	isPair,
	isScalar,
	isSeq,
	Lexer,
	type Node,
	Parser,
	type YAMLParseError,
	type YAMLWarning,
} from "yaml";
import type { Code } from "../diagnostics/codes.ts";
import type { DocumentLimits } from "./limits.ts";

/** A problem at offsets of the text. */
export interface SyntaxProblem {
	readonly code: Code;
	readonly start: number;
	readonly end: number;
	readonly message: string;
	readonly suggestion?: string;
}

export interface ParsedTree {
	/** Null for an empty document. */
	readonly root: Node | null;
	readonly problems: readonly SyntaxProblem[];
}

/** A node has an anchor and a tag at most; what has more is an error already. */
const maxProperties = 8;

/** The lexer's own notes (document start, error, scalar), which are no part of the text. */
const lexerMarks: ReadonlySet<number> = new Set([0x02, 0x18, 0x1f]);

/** Tokens come out of the library's own lexer and parser one by one, so that hostile text can be left early. */
function tokensOf(text: string, limits: DocumentLimits): { tokens: Parameters<Composer["next"]>[0][] } | SyntaxProblem {
	const tooMany = tooManyTokens(text, limits.maxTokens);
	if (tooMany) return tooMany;
	const parser = new Parser();
	const tokens: Parameters<Composer["next"]>[0][] = [];
	let errors = 0;
	let documents = 0;
	let properties = 0;
	let before = 0;
	let offset = 0;
	for (const lexeme of new Lexer().lex(text)) {
		for (const token of parser.next(lexeme)) {
			tokens.push(token);
			if (token.type === "error") errors += 1;
			else if (token.type === "document") documents += 1;
		}
		const character = lexeme.charCodeAt(0);
		if (character === 0x2c && before === 0x2c) errors += 1;
		if (!lexerMarks.has(character)) offset += lexeme.length;
		if (character === 0x26 || character === 0x21) properties += 1;
		else if (character !== 0x20 && character !== 0x09) properties = 0;
		before = character;
		// Each error costs the library a stack trace; a text with this many is no YAML at all.
		if (errors > limits.maxProblems || documents > limits.maxProblems || properties > maxProperties) break;
		// The stack holds the document and one or two entries for each level.
		if (parser.stack.length > limits.maxDepth * 2 + 4) {
			const message = `more than ${limits.maxDepth} levels of maps and lists`;
			return { code: "FS1005", start: Math.min(offset, text.length) - 1, end: Math.min(offset, text.length), message };
		}
	}
	for (const token of parser.end()) tokens.push(token);
	return { tokens };
}

/** Lexing costs a third of parsing, so what is too long is left before that. A token has a character at least. */
function tooManyTokens(text: string, maxTokens: number): SyntaxProblem | undefined {
	if (text.length <= maxTokens) return undefined;
	let count = 0;
	let offset = 0;
	for (const lexeme of new Lexer().lex(text)) {
		if (lexerMarks.has(lexeme.charCodeAt(0))) continue;
		offset += lexeme.length;
		if (++count <= maxTokens) continue;
		const whole = Math.round((count / offset) * (text.length / 100_000)) * 100_000;
		const about = inWords(Math.max(whole, maxTokens + 100_000));
		return {
			code: "FS1004",
			start: 0,
			end: 1,
			message: `the document has about ${about} tokens (words, marks and gaps), the limit is ${inWords(maxTokens)}`,
			suggestion: "split it: move states into machines of their own, and reference their files under `machines`",
		};
	}
	return undefined;
}

function inWords(count: number): string {
	return count.toLocaleString("en-US");
}

/** Parses one document. Never throws; without a root the problems say why. */
export function parseTree(text: string, limits: DocumentLimits): ParsedTree {
	const parsed = tokensOf(text, limits);
	if (!("tokens" in parsed)) return { root: null, problems: [parsed] };
	// Scalars stay text here: what plain text means is decided in scalars.ts, duplicate keys are found in tree.ts.
	const composer = new Composer({
		schema: "failsafe",
		resolveKnownTags: false,
		uniqueKeys: false,
		merge: false,
		prettyErrors: false,
		logLevel: "silent",
	});
	const documents = withoutStackTraces(() => [...composer.compose(parsed.tokens, true, text.length)]);
	const problems: SyntaxProblem[] = [];
	for (const document of documents) {
		for (const problem of document.errors) problems.push(fromLibrary(problem));
		for (const problem of document.warnings) if (problem.code === "BAD_DIRECTIVE") problems.push(fromLibrary(problem));
	}
	const second = documents[1];
	if (second) {
		const start = second.contents?.range?.[0] ?? second.range[0];
		const count = documents.length > limits.maxProblems ? `more than ${limits.maxProblems}` : documents.length;
		const message = `the file holds ${count} documents, only one is expected`;
		problems.push({ code: "FS1003", start, end: start + 1, message });
	}
	const root = documents[0]?.contents ?? null;
	return { root, problems: problems.map((problem) => atOpeningQuote(problem, root, text)) };
}

/** The library makes an error object of each problem; the stack traces of a million would take a minute. */
function withoutStackTraces<T>(run: () => T): T {
	const before = Error.stackTraceLimit;
	// Where the platform has frozen `Error` this does nothing.
	Reflect.set(Error, "stackTraceLimit", 0);
	try {
		return run();
	} finally {
		Reflect.set(Error, "stackTraceLimit", before);
	}
}

const cures: Partial<Record<YAMLParseError["code"], string>> = {
	TAB_AS_INDENT: "indent with spaces",
	BAD_SCALAR_START: "quote the text",
	BLOCK_AS_IMPLICIT_KEY: "quote the text if it holds `: `, or start the map on a line of its own",
	MULTILINE_IMPLICIT_KEY: "a `:` may be missing, or a line is not indented enough",
	BAD_INDENT: "check the indentation, and that every bracket is closed",
	BAD_DQ_ESCAPE: "write `\\\\` for a backslash, or use single quotes",
};

function fromLibrary(problem: YAMLParseError | YAMLWarning): SyntaxProblem {
	const suggestion = cures[problem.code];
	return {
		code: "FS1001",
		start: problem.pos[0],
		end: Math.max(problem.pos[1], problem.pos[0] + 1),
		message: problem.message.charAt(0).toLowerCase() + problem.message.slice(1),
		...(suggestion && { suggestion }),
	};
}

/** An unclosed quote swallows the rest of the file: where it opens says more than where the file ends. */
function atOpeningQuote(problem: SyntaxProblem, root: Node | null, text: string): SyntaxProblem {
	if (!problem.message.startsWith("missing closing")) return problem;
	const stack: unknown[] = [root];
	while (stack.length > 0) {
		const node = stack.pop();
		if (isPair(node)) stack.push(node.key, node.value);
		else if (isMap(node) || isSeq(node)) stack.push(...node.items);
		else if (isScalar(node) && node.type?.startsWith("QUOTE") && node.range) {
			const [start, end] = node.range;
			if (start >= problem.start || problem.start > end) continue;
			// The reference takes such lines, YAML does not: they end the text.
			if (text.includes(text[start] ?? "", problem.start)) {
				const message = "the further lines of this quoted text are not indented enough";
				return { ...problem, start, end: start + 1, message, suggestion: "indent them deeper than the key" };
			}
			return { ...problem, start, end: start + 1, message: "this quote is never closed" };
		}
	}
	return problem;
}
