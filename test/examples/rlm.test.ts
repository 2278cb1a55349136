/** The example `rlm`: finds what is planted in a long text, with bounded calls, and says what it could not read. */
import { expect, test } from "vitest";
import type { AnswerFunction } from "../../adapters/scripted/index.ts";
import { exampleMachine } from "./example-machine.ts";

const fact = "The key lies under the third flowerpot.";
const window = 4000;
const input = { question: "Where is the key?", window, max_depth: 2 };

/** A text of so many characters with the fact at a place. */
function haystack(length: number, place: number): string {
	const hay = "Nothing of note happened here. ".repeat(Math.ceil(length / 31)).slice(0, length - fact.length);
	return hay.slice(0, place) + fact + hay.slice(place);
}

interface Seen {
	/** Calls by agent and depth, for example `reader 2`. */
	readonly calls: Map<string, number>;
	longest: number;
}

/** Answers from what it is shown, and takes notes. */
async function search(text: string, parts: number, options: { readonly fails?: (text: string) => boolean } = {}) {
	const seen: Seen = { calls: new Map(), longest: 0 };
	const noted =
		(answer: AnswerFunction): AnswerFunction =>
		(call, info) => {
			const { depth } = Object(call.context.machine);
			const key = `${info.agentName} ${depth}`;
			seen.calls.set(key, (seen.calls.get(key) ?? 0) + 1);
			const shown = [call.input.text, call.input.beginning, call.input.notes].map((part) => String(part ?? "").length);
			seen.longest = Math.max(seen.longest, ...shown);
			return answer(call, info);
		};
	const found = (shown: unknown) => (String(shown).includes(fact) ? [fact] : []);
	const script = {
		planner: noted(() => ({ parts })),
		reader: noted(({ input }) =>
			options.fails?.(String(input.text)) === true
				? { error: { code: "auth_error", message: "no key" } }
				: { passages: found(input.text) },
		),
		gatherer: noted(({ input }) => ({ passages: found(input.notes), answer: "Under a flowerpot." })),
	};
	const machine = await exampleMachine("rlm", "rlm.yml", { script });
	const result = await machine.run({ ...input, text });
	return { result, seen };
}

test.each([0, 25_100, 100_000, 199_900])("finds a fact at %i of 200,000 characters", async (place) => {
	const { result, seen } = await search(haystack(200_000, place), 53);
	expect(result).toMatchObject({
		status: "done",
		output: { answer: "Under a flowerpot.", unread: "0", notes: expect.stringContaining(fact) },
	});
	expect(seen.longest).toBeLessThanOrEqual(window);
});

test("finds a fact wherever it is cut", async () => {
	const text = haystack(30_000, 0);
	const parts = 8;
	const size = Math.ceil(text.length / parts);
	for (const back of [1, 20, fact.length - 1]) {
		const { result } = await search(haystack(text.length, size - back), parts);
		expect(result).toMatchObject({ output: { answer: "Under a flowerpot." } });
	}
});

test.each([-7, 0, 1, 8, 1_000_000])("a planner that says %i gets two to eight parts at each level", async (parts) => {
	const { seen } = await search(haystack(200_000, 5), parts);
	const at = (key: string) => seen.calls.get(key) ?? 0;
	expect(at("planner 0")).toBe(1);
	expect(at("planner 1")).toBeGreaterThanOrEqual(2);
	expect(at("planner 1")).toBeLessThanOrEqual(8);
	expect(at("reader 2")).toBeLessThanOrEqual(64);
	expect([...seen.calls.keys()].filter((key) => /[3-9]$/.test(key) || key === "planner 2")).toEqual([]);
	expect(seen.longest).toBeLessThanOrEqual(window);
});

test("a branch without a finding is not gathered, and where nothing is found there is no answer", async () => {
	const some = await search(haystack(200_000, 5), 8);
	expect(some.seen.calls.get("gatherer 1")).toBe(1);
	const none = await search("Nothing. ".repeat(20_000), 8);
	expect(none.result).toMatchObject({ output: { answer: null, notes: "", unread: "0" } });
	expect([...none.seen.calls.keys()].filter((key) => key.startsWith("gatherer"))).toEqual([]);
});

test("a short text is read by one call, without a plan", async () => {
	const { result, seen } = await search(haystack(500, 100), 8);
	expect(result).toMatchObject({ output: { answer: "Under a flowerpot." } });
	expect(Object.fromEntries(seen.calls)).toEqual({ "reader 0": 1, "gatherer 0": 1 });
});

test("parts that are too long at the last level, and parts that fail, count as unread", async () => {
	const tooLong = await search(haystack(200_000, 5), 2);
	expect(tooLong.result).toMatchObject({ status: "done", output: { answer: null, unread: "4" } });
	const failing = await search(haystack(30_000, 5), 8, { fails: (text) => !text.includes(fact) });
	expect(failing.result).toMatchObject({ output: { answer: "Under a flowerpot.", unread: "7" } });
});
