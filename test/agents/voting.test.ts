import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCandidate, readParsing } from "../../runtime/agents/candidate.ts";
import { compileValidation, redFlagOf, VoteCount, voteKey, votingSettings } from "../../runtime/agents/voting.ts";

describe("candidates", () => {
	test("without patterns the output, else the content, else nothing", () => {
		expect(parseCandidate({ output: { a: 1 }, content: "x" }, undefined)).toEqual({ a: 1 });
		expect(parseCandidate({ content: "x" }, undefined)).toEqual({ content: "x" });
		expect(parseCandidate({}, undefined)).toBeNull();
	});

	test("patterns cut fields out of the text and convert them", () => {
		const parsing = readParsing({
			move: { pattern: "move = (\\[.*?\\])", type: "json" },
			score: { pattern: "score:(.+?)points", type: "int" },
			why: { pattern: "(?i)BECAUSE (?P<reason>.*)\\Z" },
		});
		const content = "move = [1,\n2]\nscore: 1_000 points, because it\nis";
		expect(parseCandidate({ content }, parsing)).toEqual({ move: [1, 2], score: 1000, why: "it\nis" });
	});

	test.each([
		["no match", "nothing"],
		["no JSON", "a={x} n=1"],
		["no integer", 'a={"x":1} n=1.5'],
		["no content", null],
	])("%s is no candidate", (_name, content) => {
		const parsing = readParsing({
			a: { pattern: "a=(\\{.*?\\})", type: "json" },
			n: { pattern: "n=(\\S+)", type: "int" },
		});
		expect(parseCandidate({ content, output: { ignored: true } }, parsing)).toBeNull();
	});

	test("a pattern that backtracks for ever is given up", () => {
		const parsing = readParsing({ a: { pattern: "((?:a+)+)b" } });
		expect(parseCandidate({ content: "a".repeat(40) }, parsing)).toBeNull();
	});

	test("patterns that are none are refused by field", () => {
		expect(readParsing(undefined)).toBeUndefined();
		expect(readParsing({})).toBeUndefined();
		expect(() => readParsing({ a: {} })).toThrow(/metadata.parsing.a: no pattern/);
		expect(() => readParsing({ a: { pattern: "(" } })).toThrow(/metadata.parsing.a: .*no regular expression/);
	});
});

describe("red flags", () => {
	const anything = { validate: () => true, maxResponseTokens: null };

	test("no candidate is a format error, an invalid one fails validation", async () => {
		const validate = await compileValidation({
			$schema: "http://json-schema.org/draft-04/schema#",
			type: "object",
			required: ["a"],
			properties: { a: { type: "integer", minimum: 1 } },
		});
		expect(redFlagOf(null, {}, anything)).toBe("format_error");
		expect(redFlagOf({ a: 0 }, {}, { ...anything, validate })).toBe("validation_failed");
		expect(redFlagOf({ a: 1 }, {}, { ...anything, validate })).toBeNull();
	});

	test("an answer is too long by its content, else by its JSON, in tokens of four characters", () => {
		const flag = (candidate: unknown, content?: string) =>
			redFlagOf(candidate, { content }, { ...anything, maxResponseTokens: 2 });
		expect(flag({ a: 1 }, "x".repeat(11))).toBeNull();
		expect(flag({ a: 1 }, "x".repeat(12))).toBe("length_exceeded");
		expect(flag({ a: "xxxxx" })).toBe("length_exceeded");
		expect(flag({ a: 1 })).toBeNull();
	});

	test("a schema is compiled once", async () => {
		const schema = { type: "integer" };
		expect(await compileValidation(schema)).toBe(await compileValidation(schema));
		expect(await compileValidation({ ...schema })).not.toBe(await compileValidation(schema));
	});

	test("a schema that is none is an error, and none at all lets everything pass", async () => {
		await expect(compileValidation({ type: "nonsense" })).rejects.toThrow(/not a valid JSON Schema/);
		expect((await compileValidation(undefined))(5)).toBe(true);
	});
});

describe("votes", () => {
	test("candidates are the same whatever the order of their keys", () => {
		expect(voteKey({ a: 1, b: { c: [1, 2], d: null } })).toBe(voteKey({ b: { d: null, c: [1, 2] }, a: 1 }));
		expect(voteKey({ a: [1, 2] })).not.toBe(voteKey({ a: [2, 1] }));
	});

	test("law: keys are equal exactly where values are", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
				const sameAs = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
				expect(voteKey(first)).toBe(voteKey(sameAs(first)));
				let isEqual = true;
				try {
					expect(sameAs(first)).toEqual(sameAs(second));
				} catch {
					isEqual = false;
				}
				expect(voteKey(first) === voteKey(second)).toBe(isEqual);
			}),
		);
	});

	test("most votes lead, of several the first seen, also after a restart", () => {
		const count = new VoteCount();
		expect(count.leader()).toBeUndefined();
		expect([count.add("a"), count.add("b"), count.add("b"), count.add("a")]).toEqual([1, 1, 2, 2]);
		expect(count.leader()).toEqual({ candidate: "a", count: 2 });
		const again = new VoteCount(count.votes());
		expect(again.add("b")).toBe(3);
		expect(again.leader()).toEqual({ candidate: "b", count: 3 });
	});

	test("the agent's settings win where they are not zero", () => {
		const execution = { kMargin: 3, maxCandidates: 10, maxResponseTokens: null };
		const validation = { type: "object" };
		expect(votingSettings(execution, { mdap: { k_margin: 2, max_candidates: 0 }, validation })).toEqual({
			kMargin: 2,
			maxCandidates: 10,
			maxResponseTokens: null,
			parsing: undefined,
			validationSchema: validation,
		});
		expect(votingSettings(execution)).toMatchObject(execution);
	});
});
