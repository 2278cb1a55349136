import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { parseDocument } from "../../compiler/document/parse.ts";
import { own } from "../../compiler/document/plain-data.ts";

const read = (text: string, file = "machine.yml") => {
	const { document } = parseDocument(text, { file, dir: "." });
	if (!document) throw new Error("not a document");
	return document;
};

describe("a path has a place", () => {
	const text = "data:\n  states:\n    start:\n      transitions:\n        - to: done\n          condition:\n";
	const document = read(text);
	const at = (path: (string | number)[], part?: "key" | "value") => {
		const range = document.rangeOf(path, part);
		return range && `${range.line}:${range.column} ${text.slice(range.start, range.end).split("\n")[0]}`;
	};

	test("of its key and of its value", () => {
		expect(at(["data", "states", "start"], "key")).toBe("3:5 start");
		expect(at(["data", "states", "start", "transitions", 0, "to"])).toBe("5:15 done");
		expect(at(["data", "states", "start", "transitions", 0], "value")).toBe("5:11 to: done");
	});

	test("the key where there is no value", () => {
		const path = ["data", "states", "start", "transitions", 0, "condition"];
		expect(at(path)).toBe("6:11 condition");
		expect(at(path, "value")).toBeUndefined();
	});

	test("none where the path does not exist", () => {
		expect(at(["data", "agents"])).toBeUndefined();
		expect(at(["data", "states", "start", "transitions", 1])).toBeUndefined();
		expect(at(["data", "states", "start", "transitions", "length"])).toBeUndefined();
		expect(at(["constructor"])).toBeUndefined();
	});

	test("through aliases and merges", () => {
		const merged = "base: &base\n  agent: writer\nstate:\n  <<: *base\nsame: *base\n";
		const other = read(merged);
		expect(other.rangeOf(["state", "agent"])).toMatchObject({ line: 2, column: 10 });
		expect(other.rangeOf(["same"])).toMatchObject({ line: 5, column: 7 });
		expect(other.rangeOf(["same", "agent"])).toMatchObject({ line: 2, column: 10 });
	});

	test("in JSON, and with Windows line ends", () => {
		expect(read('{\n\t"a": {"b": 1}\n}', "a.json").rangeOf(["a", "b"])).toMatchObject({ line: 2, column: 13 });
		expect(read("a:\r\n  b: 1\r\n").rangeOf(["a", "b"])).toMatchObject({ line: 2, column: 6 });
	});
});

describe("characters of a string have a place", () => {
	const place = (text: string, part: string) => {
		const document = read(text);
		const start = String(own(document.value, "k")).indexOf(part);
		const range = document.rangeInString(["k"], start, start + part.length);
		return range && `${range.line}:${range.column} ${text.slice(range.start, range.end)}`;
	};

	test.each([
		["plain", "k: one {{ x }} two\n", "1:8 {{ x }}"],
		["plain on several lines", "k: one\n  two\n\n  three {{ x }}\n", "4:9 {{ x }}"],
		["single quotes", "k: 'it''s {{ x }}'\n", "1:11 {{ x }}"],
		["double quotes", 'k: "a\\tb\\u00e9\\"{{ x }}"\n', "1:17 {{ x }}"],
		["double quotes on several lines", 'k: "one \\\n  two\n  {{ x }}"\n', "3:3 {{ x }}"],
		["literal block", "k: |\n  one\n    two {{ x }}\n", "3:9 {{ x }}"],
		["literal block with a header", "k: |2-  # note\n   one\n  {{ x }}\n\n", "3:3 {{ x }}"],
		["folded block", "k: >\n  one\n  two\n\n  three {{ x }}\n", "5:9 {{ x }}"],
		["folded block with deeper lines", "k: >-\n  one\n    two\n  {{ x }}\n", "4:3 {{ x }}"],
		["a tag and an anchor", "k: !!str &a 'one {{ x }}'\n", "1:18 {{ x }}"],
	])("%s", (_, text, expected) => {
		expect(place(text, "{{ x }}")).toBe(expected);
	});

	test("an escaped character is its whole escape's start", () => {
		expect(read('k: "a\\nb"\n').rangeInString(["k"], 1, 2)).toMatchObject({ column: 6 });
		expect(read('k: "a\\nb"\n').rangeInString(["k"], 2, 3)).toMatchObject({ column: 8 });
	});

	test("a value that is no string has the place of the whole", () => {
		expect(read("k: [1, 2]\n").rangeInString(["k"], 0, 1)).toMatchObject({ column: 4, endColumn: 10 });
	});
});

const textAt = (value: unknown): string => {
	const text = own(own(value, "outer"), "k");
	return typeof text === "string" ? text : "";
};

test("every character that is no blank stands where it is said to stand", () => {
	const pieces = ["a", "it's", '"', "{{ x }}", "#", "\\", "é😀", ":", "- ", "  b", "\n", "\n\n", " ", "\t", "'"];
	const styles = ["PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const;
	let checked = 0;
	fc.assert(
		fc.property(
			fc.array(fc.constantFrom(...pieces), { maxLength: 40 }),
			fc.constantFrom(...styles),
			fc.integer({ min: 20, max: 60 }),
			(words, style, lineWidth) => {
				const options = { defaultStringType: style, defaultKeyType: "PLAIN", lineWidth } as const;
				const text = stringify({ outer: { k: words.join("") } }, options);
				const document = read(text);
				const value = textAt(document.value);
				for (let index = 0; index < value.length; index++) {
					const character = value[index] ?? "";
					if (/\s/.test(character)) continue;
					const written = text[document.rangeInString(["outer", "k"], index, index + 1)?.start ?? -1];
					// In double quotes a character may be written as an escape.
					if (written !== character) expect([character, written]).toEqual([character, "\\"]);
					checked += 1;
				}
			},
		),
		{ numRuns: 1000 },
	);
	expect(checked).toBeGreaterThan(1000);
});
