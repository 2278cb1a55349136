/** What child machines may answer: what the ends of their own files give, and what the conditions of their state ask for. */
import { describe, expect, test } from "vitest";
import { stateOf } from "./solve-judge.ts";
import { childWith, spaceOf } from "./solve-spaces.ts";

describe("a child's outputs", () => {
	const transitions = [{ condition: "context.report.status == 'ok'", to: "end" }, { to: "end" }];

	test("are those of its final states", () => {
		const { plan, space } = spaceOf({
			machines: { work: childWith({ status: "ok" }, { status: "failed", why: "context.way" }) },
			states: { call: { type: "initial", machine: "work", output_to_context: { report: "output" }, transitions } },
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "work", {});
		expect(outputs).toContainEqual({ status: "ok" });
		expect(outputs).toContainEqual({ status: "failed", why: "why" });
	});

	test("are those of the work of a final state without an output of its own, and never null", () => {
		const { plan, space } = spaceOf({
			machines: {
				work: {
					spec: "flatmachine",
					spec_version: "4.2.1",
					data: {
						agents: { judge: { spec: "flatagent", data: { model: "mock/m", system: "s", user: "u" } } },
						states: { only: { type: "final", agent: "judge" } },
					},
				},
			},
			states: {
				call: {
					type: "initial",
					machine: "work",
					output_to_context: { report: "output" },
					transitions: [...transitions.slice(0, 1), { condition: "context.report == null", to: "end" }, { to: "end" }],
				},
			},
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "work", {});
		expect(outputs).toContainEqual(expect.objectContaining({ status: "ok" }));
		expect(outputs).not.toContain(null);
	});

	test("may be anything where hooks of the child have the last word", () => {
		const child = childWith({ status: "failed" });
		const { plan, space } = spaceOf({
			machines: { work: { ...child, data: { ...child.data, lifecycle_hooks: "report" } } },
			states: { call: { type: "initial", machine: "work", output_to_context: { report: "output" }, transitions } },
		});
		expect(space.childOutputs(stateOf(plan, "call"), "work", {})).toContainEqual(
			expect.objectContaining({ status: "ok" }),
		);
	});

	test("are each machine's own in a list", () => {
		const { plan, space } = spaceOf({
			machines: { one: childWith({ n: "context.way" }), two: childWith({ n: "context.way" }) },
			states: {
				call: {
					type: "initial",
					machine: ["one", "two"],
					output_to_context: { a: "output.one.n", b: "output.two.n" },
					transitions: [{ condition: "context.a == 3 and context.b == 4", to: "end" }, { to: "end" }],
				},
			},
		});
		const call = stateOf(plan, "call");
		expect(space.childOutputs(call, "one", {})).toContainEqual({ n: 3 });
		expect(space.childOutputs(call, "two", {})).toContainEqual({ n: 4 });
	});

	test("are items of a foreach, of which some or none pass", () => {
		const { plan, space } = spaceOf({
			context: { papers: ["a", "b"] },
			machines: { read: childWith({ good: "context.way" }) },
			states: {
				call: {
					type: "initial",
					foreach: "context.papers",
					machine: "read",
					output_to_context: { passed: "{{ output | selectattr('good') | list | length }}" },
					transitions: [
						{ condition: "context.passed == '2'", to: "end" },
						{ condition: "context.passed == '0'", to: "end" },
						{ to: "end" },
					],
				},
			},
		});
		const outputs = space.childOutputs(stateOf(plan, "call"), "read", { papers: ["a", "b"] });
		expect(outputs.map((output) => Boolean(Object(output).good))).toEqual(expect.arrayContaining([true, false]));
	});
});
