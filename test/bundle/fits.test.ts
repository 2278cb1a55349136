import { describe, expect, test } from "vitest";
import { kindOfWork, whatDoesNotFit } from "../../compiler/bundle/fits.ts";
import { planOf } from "../plan/analyzed.ts";

const machines = "  machines: { child: { spec: flatmachine, data: { states: { t: {} } } } }\n";
const plan = planOf(`${machines}  states:
    review: { wait_for: go, transitions: [{ to: write }] }
    write: { action: a, transitions: [{ to: split }] }
    split: { machine: child, transitions: [{ to: choose }] }
    choose: { transitions: [{ to: done }] }
    done: { type: final }
`);

describe("an execution in another version of its machine", () => {
	test("fits where its state is still there and of the same kind", () => {
		for (const { name: state } of plan.states) {
			const kind = kindOfWork(plan, state);
			expect(whatDoesNotFit(plan, { state, ...(kind && { kind }) })).toEqual([]);
			expect(whatDoesNotFit(plan, { state })).toEqual([]);
		}
		expect(plan.states.map(({ name }) => kindOfWork(plan, name))).toEqual([
			"waits",
			"works",
			"works",
			"passes",
			"passes",
		]);
		expect(whatDoesNotFit(plan, { state: "split", kind: "works", machines: ["child"] })).toEqual([]);
	});

	test("does not fit where its state is gone: the nearest is named, else all are", () => {
		expect(whatDoesNotFit(plan, { state: "reviews" })).toEqual([
			"The execution stands in the state `reviews`, which the machine no longer has: did you mean `review`?",
		]);
		expect(whatDoesNotFit(plan, { state: "publish", kind: "works" })).toEqual([
			"The execution stands in the state `publish`, which the machine no longer has: " +
				"it has `review`, `write`, `split`, `choose`, `done`.",
		]);
		expect(kindOfWork(plan, "constructor")).toBeUndefined();
	});

	test("does not fit where its state waits, works or passes now and did not before", () => {
		const said = (state: string, kind: "waits" | "works" | "passes") => whatDoesNotFit(plan, { state, kind }).join();
		expect(said("write", "waits")).toBe(
			"The execution waits for a signal in the state `write`, which has work to do and waits for no signal now.",
		);
		expect(said("choose", "works")).toBe(
			"The execution is at work in the state `choose`, which has nothing to do now.",
		);
		expect(said("review", "works")).toMatch(/which waits for a signal now\.$/);
		expect(said("write", "passes")).toMatch(/stands, with nothing to do, in the state `write`/);
	});

	test("does not fit where a machine is gone that it has started", () => {
		expect(whatDoesNotFit(plan, { state: "split", machines: ["childs", "toString"] })).toEqual([
			expect.stringMatching(/`childs`.* did you mean `child`\?$/),
			expect.stringMatching(/`toString`.* it has `child`\.$/),
		]);
	});

	test("every state works where hooks are given in code", () => {
		const injected = { state: true, lifecycle: true };
		expect(kindOfWork(plan, "choose", injected)).toBe("works");
		expect(whatDoesNotFit(plan, { state: "choose", kind: "works" }, injected)).toEqual([]);
	});

	test("does not list more states than a person reads", () => {
		const many = planOf(`  states:\n${[...Array(50).keys()].map((n) => `    s${n}: {}\n`).join("")}`);
		expect(whatDoesNotFit(many, { state: "elsewhere" })[0]).toMatch(/`s19` and 30 more\.$/);
	});
});
