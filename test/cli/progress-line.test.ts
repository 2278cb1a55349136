import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startProgressLine } from "../../src/cli/progress-line.ts";
import { RunProgress } from "../../src/cli/run-progress.ts";
import { clipToWidth } from "../../src/cli/text-width.ts";

describe("clipToWidth", () => {
	it.each([
		["tea", 3, "tea"],
		["teapot", 4, "tea…"],
		["茶壺", 4, "茶壺"],
		["茶壺", 3, "茶…"],
		["e\u0301tude", 5, "e\u0301tude"],
		["a\u001b[2Jb\n", 10, "a [2Jb "],
		["tea", 0, ""],
	])("shows %j in %d columns as %j", (text, columns, shown) => {
		expect(clipToWidth(text, columns)).toBe(shown);
	});

	it("never takes more characters than columns, and leaves what fits as it is", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme-ascii" }), fc.nat(40), (text, columns) => {
				const clipped = clipToWidth(text, columns);
				expect(clipped.length).toBeLessThanOrEqual(columns);
				if (text.length <= columns) expect(clipped).toBe(text);
			}),
		);
	});
});

describe("the progress line", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	const wipe = "\r\u001b[2K";

	function recorded(columns?: number) {
		const written: string[] = [];
		return {
			written,
			stream: { ...(columns !== undefined && { columns }), write: (text: string) => written.push(text) },
		};
	}

	it("is wiped before other text, and in the end", () => {
		const { stream, written } = recorded(80);
		const line = startProgressLine({ stream, text: () => "write" });
		vi.advanceTimersByTime(100);
		line.write("a warning\n");
		vi.advanceTimersByTime(100);
		line[Symbol.dispose]();
		vi.advanceTimersByTime(1000);
		expect(written).toEqual(["⠙ write", wipe, "a warning\n", "⠹ write", wipe]);
	});

	it("does not run into other text that has not ended its line", () => {
		const { stream, written } = recorded(80);
		using line = startProgressLine({ stream, text: () => "write" });
		line.write("Name: ");
		vi.advanceTimersByTime(500);
		expect(written).toEqual(["Name: "]);
		line.write("Ada\n");
		vi.advanceTimersByTime(100);
		expect(written).toHaveLength(3);
	});

	it("is not drawn while it is held", () => {
		const { stream, written } = recorded(80);
		let isHeld = false;
		using _line = startProgressLine({ stream, text: () => "write", isHeld: () => isHeld });
		vi.advanceTimersByTime(100);
		isHeld = true;
		vi.advanceTimersByTime(500);
		expect(written).toEqual(["⠙ write", wipe]);
	});

	it("takes a terminal that does not know its width for one of 80 columns", () => {
		for (const columns of [undefined, 0]) {
			const { stream, written } = recorded(columns);
			using _line = startProgressLine({ stream, text: () => "x".repeat(100) });
			vi.advanceTimersByTime(100);
			expect(written[0]).toHaveLength(79);
		}
	});
});

describe("what the line says", () => {
	const at = { executionId: "root", machine: "m" } as const;

	it("follows the run's own machine, and counts calls, costs and children of all", () => {
		let time = 0;
		const progress = new RunProgress(() => time);
		expect(progress.text()).toBe("starting · step 0 · 0 calls · 0 s");
		progress.accept({ type: "state", ...at, state: "plan", step: 1 });
		progress.accept({ type: "child_start", ...at, childId: "a" });
		progress.accept({ type: "child_start", ...at, childId: "b" });
		progress.accept({ type: "state", executionId: "a", machine: "child", state: "inner", step: 7 });
		progress.accept({ type: "agent_start", executionId: "a", state: "inner", agent: "x" });
		progress.accept({ type: "agent_end", executionId: "a", state: "inner", agent: "x", calls: 1, cost: 0.0125 });
		time = 61_900;
		expect(progress.text()).toBe("plan · step 1 · 1 call · $0.0125 · 2 children running · 61 s");
		expect(progress.current?.state).toBe("plan");
		progress.accept({ type: "child_end", ...at, childId: "a" });
		expect(progress.text()).toContain("1 child running");
	});

	it("counts agents that work at the same time", () => {
		const progress = new RunProgress(() => 0);
		progress.accept({ type: "state", ...at, state: "vote", step: 1 });
		for (const agent of ["a", "a", "a"])
			progress.accept({ type: "agent_start", executionId: "root", state: "vote", agent });
		expect(progress.text()).toBe("vote · step 1 · 0 calls · 3 agents at work · 0 s");
	});
});
