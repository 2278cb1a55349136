import { describe, expect, it } from "vitest";
import { recording, traced } from "./traced.ts";

const worker = `
context: { n: input.n }
states:
  begin: { type: initial, transitions: [{ to: work }] }
  work: { agent: w, input: { n: context.n }, transitions: [{ to: end }] }
  end: { type: final, output: { n: context.n } }
`;

describe("the spans of a run", () => {
	it("are execution, state, and below it agents, actions and children with their own states", async () => {
		const record = recording();
		const machine = traced(
			`
machines: { worker: ./worker.yml }
states:
  start: { type: initial, transitions: [{ to: write }] }
  write: { agent: w, transitions: [{ to: count }] }
  count: { action: count, hooks: counter, transitions: [{ to: fan }] }
  fan: { foreach: "{{ [1, 2] }}", as: n, machine: worker, input: { n: n }, transitions: [{ to: done }] }
  done: { type: final, output: {} }
`,
			record.telemetry,
			{
				use: ["w"],
				files: { "worker.yml": worker },
				script: { w: "hello" },
				hooks: { counter: { onAction: (_name: string, context: Record<string, unknown>) => context } },
			},
		);
		const result = await machine.run({}, { executionId: "run-1" });
		expect(result.status).toBe("done");
		const child = (depth: string) =>
			["invoke_workflow test", "  state begin", "  state work", "    invoke_agent w", "  state end"].map(
				(line) => depth + line,
			);
		expect(record.tree().split("\n")).toEqual([
			"invoke_workflow test",
			"  state start",
			"  state write",
			"    invoke_agent w",
			"  state count",
			"    action count",
			"  state fan",
			...child("    "),
			...child("    "),
			"  state done",
		]);
	});
});
