/** Finds the first place where a text is not JSON: the platform's parser does not always say where. */

export interface JsonProblem {
	readonly start: number;
	readonly end: number;
	readonly message: string;
	readonly suggestion?: string;
}

const blank = /[ \t\n\r]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.])|(?:true|false|null)(?!\w)/y;
const unknown = /\/[/*].*|[\w.+-]+|"[^"\n]*"?|'[^'\n]*'?|[\s\S]?/y;

/**
 * Checks a whole text.
 * @returns undefined if it is JSON
 */
export function findJsonProblem(text: string): JsonProblem | undefined {
	/** What is open: `}` or `]`. */
	const open: ("}" | "]")[] = [];
	let at = 0;
	let expected: "value" | "value or ]" | "key" | "key or }" | "next" = "value";

	const take = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		const found = pattern.exec(text)?.[0];
		if (found !== undefined) at += found.length;
		return found;
	};
	const takeChar = (character: string): boolean => {
		if (text[at] !== character) return false;
		at += 1;
		return true;
	};
	const fail = (wanted: string): JsonProblem => {
		const start = at;
		const found = take(unknown) ?? "";
		return { start, end: Math.max(at, start + 1), ...wordsFor(found, wanted) };
	};

	for (;;) {
		take(blank);
		if (expected === "next") {
			const closing = open.at(-1);
			if (closing === undefined) return at === text.length ? undefined : fail("the end of the text");
			if (takeChar(closing)) open.pop();
			else if (takeChar(",")) expected = closing === "}" ? "key" : "value";
			else return fail(`\`,\` or \`${closing}\``);
			continue;
		}
		if (expected === "key" || expected === "key or }") {
			if (expected === "key or }" && takeChar("}")) {
				open.pop();
				expected = "next";
				continue;
			}
			if (take(string) === undefined) return fail("a key in double quotes");
			take(blank);
			if (!takeChar(":")) return fail("`:`");
			expected = "value";
			continue;
		}
		if (expected === "value or ]" && takeChar("]")) {
			open.pop();
			expected = "next";
		} else if (takeChar("{")) {
			open.push("}");
			expected = "key or }";
		} else if (takeChar("[")) {
			open.push("]");
			expected = "value or ]";
		} else if (take(string) !== undefined || take(word) !== undefined) expected = "next";
		else return fail("a value");
	}
}

function wordsFor(found: string, wanted: string): Pick<JsonProblem, "message" | "suggestion"> {
	if (found === "") return { message: `the text ends where ${wanted} is expected` };
	const shown = found.length > 40 ? `${found.slice(0, 40)}…` : found;
	const message = `${wanted} is expected, this is \`${shown}\``;
	if (found.startsWith("'")) return { message, suggestion: "JSON strings have double quotes" };
	if (found.startsWith("/")) return { message, suggestion: "JSON has no comments; YAML has (`#`)" };
	if (found.startsWith('"') && wanted !== "a value" && !wanted.startsWith("a key")) {
		return { message, suggestion: `${wanted} may be missing before it` };
	}
	if (found.startsWith('"')) return { message, suggestion: "close the quote, and write line breaks as `\\n`" };
	if (found === "}" || found === "]") return { message, suggestion: "remove the comma before it" };
	if (/^[A-Za-z_]/.test(found)) return { message, suggestion: `put it in double quotes: "${shown}"` };
	return { message };
}
