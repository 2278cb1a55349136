/** The small parts of the exploration, each by itself: choices, names of paths, texts that patterns read, loops. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCandidate, readParsing } from "../../runtime/agents/candidate.ts";
import { candidateText } from "../../src/testing/explore/model/candidate-text.ts";
import { Choices, everyWay } from "../../src/testing/explore/model/choices.ts";
import { oddInputs } from "../../src/testing/explore/odd-inputs.ts";
import { pathName } from "../../src/testing/explore/scenario-path.ts";
import { closedLoops } from "../../src/testing/explore/state-graph.ts";
import { matchOf } from "../../src/testing/solve/matching-text.ts";

describe("choices", () => {
	it("run once for each way, the first options first, also where what there is to pick depends on what was picked", () => {
		const ways = [
			...everyWay((choices) => {
				const first = choices.pick(["a", "b"]);
				return first === "a" ? `a${choices.pick([1, 2, 3])}` : `b${choices.pick(["only"])}${choices.pick(["x", "y"])}`;
			}),
		];
		expect(ways).toEqual(["a1", "a2", "a3", "bonlyx", "bonlyy"]);
	});

	it("can be made again from what was picked", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (sizes) => {
				const pickAll = (choices: Choices) =>
					sizes.map((size) => choices.pick(Array.from({ length: size }, (_, n) => n)));
				const ways = [...everyWay((choices, picked) => ({ made: pickAll(choices), picked }))];
				expect(ways).toHaveLength(sizes.reduce((product, size) => product * size, 1));
				for (const { made, picked } of ways) expect(pickAll(new Choices(picked))).toEqual(made);
			}),
		);
	});
});

describe("the name of a path", () => {
	it("has its states, and rounds that follow each other once", () => {
		expect(pathName(["a", "b", "c"])).toBe("a → b → c");
		expect(pathName(["a", "b", "a", "b", "c"])).toBe("a → b → a → b → c");
		expect(pathName(["s", ..."ababab", "c"])).toBe("s → (a → b)×3 → c");
		expect(pathName([..."aaaa", "b"])).toBe("a×4 → b");
	});
});

describe("a text that patterns read", () => {
	it.each([
		["MOVE: disc (\\d+)", "3", "MOVE: disc 3"],
		["(?:yes|no), because (.+)$", "so", "yes, because so"],
		["<(\\w{2,5})>[^<]*</\\w+>", "tag", "<tag></a>"],
		["(?<name>[A-Z][a-z]*)", undefined, "A"],
	])("is made for %s", (pattern, group, text) => {
		expect(matchOf(pattern, group)).toBe(text);
		expect(text).toMatch(new RegExp(pattern));
	});

	it("is not made where the syntax is not known", () => {
		expect(matchOf("(?=x)x")).toBeUndefined();
		expect(matchOf("(a)\\1")).toBeUndefined();
		expect(matchOf("(a")).toBeUndefined();
	});

	it("has all fields, whatever their values", () => {
		const parsing = readParsing({
			disc: { pattern: "MOVE: disc (\\d+)", type: "int" },
			from: { pattern: "MOVE: disc \\d+ from (\\w+)" },
			why: { pattern: "BECAUSE (\\{.*?\\})", type: "json" },
		});
		if (!parsing) throw new Error("no patterns");
		fc.assert(
			fc.property(fc.nat(), fc.stringMatching(/^[a-z]{1,5}$/), (disc, from) => {
				const text = candidateText(parsing, { disc, from });
				expect(parseCandidate({ content: text ?? null }, parsing)).toMatchObject({ disc, from });
			}),
		);
	});

	it("is none where no text gives what is wanted", () => {
		const parsing = readParsing({ n: { pattern: "n=(\\d+)", type: "int" } });
		if (!parsing) throw new Error("no patterns");
		expect(candidateText(parsing, { n: "no number" })).toBeUndefined();
	});
});

describe("closed loops", () => {
	const route = (state: string, to: string) => ({ state, to, kind: "transition", index: 0 }) as const;

	it("are states that lead to each other and nowhere else", () => {
		const routes = [
			route("a", "b"),
			route("b", "a"),
			route("b", "c"),
			route("c", "d"),
			route("d", "c"),
			route("e", "e"),
		];
		expect(closedLoops(["a", "b", "c", "d", "e", "f"], routes).map((loop) => [...loop].sort())).toEqual([
			["c", "d"],
			["e"],
		]);
	});

	it("of a long chain are found without running out of stack", () => {
		const names = Array.from({ length: 20_000 }, (_, index) => `s${index}`);
		const routes = names.map((name, index) => route(name, names[index + 1] ?? "s19990"));
		expect(closedLoops(names, routes)).toEqual([names.slice(19_990)]);
	});
});

describe("odd inputs", () => {
	it("change one key after the other, and are none of those that are known", () => {
		const known = [{ a: 0, b: "x" }];
		const odd = oddInputs(known);
		expect(odd).toContainEqual({ a: null, b: "x" });
		expect(odd).toContainEqual({ a: 0, b: [] });
		expect(odd).not.toContainEqual(known[0]);
		expect(oddInputs([{}])).toEqual([]);
	});
});
