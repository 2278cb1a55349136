/** Executions on workers over their lives: children that are given up, wait, are launched, or are gone on with. */
import { expect, it, vi } from "vitest";
import { joinIdOf } from "../../runtime/fleet/child-id.ts";
import { childMachine, eachMachine, parentOf } from "./fleet-machine.ts";
import { fleetInMemory } from "./side-by-side.ts";

/** A child whose work is an action. */
const actingChild = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: child
  context: { n: input.n }
  states:
    work:
      type: initial
      action: act
      hooks: own
      transitions: [{ to: end }]
    end:
      type: final
      output: { got: context.n }
`;

/** Hooks whose action hangs for those numbers, until it is let go. */
function hanging(hangs: (n: unknown) => boolean) {
	let release = (): void => undefined;
	const released = new Promise<void>((resolve) => {
		release = resolve;
	});
	const begun: unknown[] = [];
	const own = {
		onAction: async (_: string, context: Record<string, unknown>) => {
			begun.push(context.n);
			if (hangs(context.n)) await released;
			return context;
		},
	};
	return { options: () => ({ hooks: { own } }), release, begun };
}

it("gives children up when the state's time is over, and takes no late end of theirs", async () => {
	const { options, release, begun } = hanging((n) => n !== 1);
	const fleet = await fleetInMemory({
		files: {
			"machine.yml": parentOf(
				"foreach: context.items\nas: item\nmachine: child\ninput: { n: item }\ntimeout: 0.3\non_error: { TimeoutError: late, default: end }",
			).replace("    end:", "    late: { type: final, output: { why: context.last_error_type } }\n    end:"),
			"child.yml": actingChild,
		},
		input: { items: [1, 2, 3] },
		options,
	});
	expect(await fleet.run("p1")).toMatchObject({ status: "done", output: { why: "TimeoutError" } });
	const children = () => fleet.store.persistence.listExecutions({ parentExecutionId: "p1" });
	await vi.waitFor(async () => {
		const statuses = (await children()).map(({ status }) => status).sort();
		expect(statuses).toEqual(["done", "stopped", "stopped"]);
	});
	release();
	await vi.waitFor(async () => expect((await fleet.queue.depths()).every(({ running }) => running === 0)).toBe(true));
	expect((await children()).map(({ status }) => status).sort()).toEqual(["done", "stopped", "stopped"]);
	expect(begun).toHaveLength(3);
});

it("takes the first end with `mode: any`, and gives up the others", async () => {
	const { options, release } = hanging((n) => n !== 2);
	const fleet = await fleetInMemory({
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nmode: any\nmachine: child\ninput: { n: item }"),
			"child.yml": actingChild,
		},
		input: { items: [1, 2, 3] },
		options,
	});
	expect(await fleet.run("p1")).toMatchObject({ status: "done", output: { all: [{ got: 2 }] } });
	await vi.waitFor(async () => {
		const rows = await fleet.store.persistence.listExecutions({ parentExecutionId: "p1" });
		expect(rows.map(({ status }) => status).sort()).toEqual(["done", "stopped", "stopped"]);
	});
	release();
});

/** A child of two calls. */
const twice = childMachine
	.replace(
		"transitions: [{ to: end }]",
		"transitions: [{ to: more }]\n    more: { agent: writer, input: { n: 0 }, output_to_context: { more: output.content }, transitions: [{ to: end }] }",
	)
	.replace("text: context.text }", "text: context.text, more: context.more }");

it("stops where children have used up the budget, and goes on with more without a call that was made", async () => {
	const fleet = await fleetInMemory({
		files: { "machine.yml": eachMachine, "child.yml": twice },
		input: { items: [1, 2] },
		window: 1,
		run: { maxAgentCalls: 1 },
		// Each answer is there once.
		options: () => ({ script: { writer: ["a", "b", "c", "d"] } }),
	});
	const stopped = await fleet.run("p1");
	// Each child may spend what was left when the state began.
	expect(stopped).toMatchObject({ status: "stopped", reason: "max_agent_calls", agentCalls: 2 });
	const done = await fleet.resume("p1", { maxAgentCalls: 10 });
	expect(done).toMatchObject({ status: "done", agentCalls: 4 });
	expect(done.output).toEqual({
		all: [
			{ got: 1, text: "a", more: "c" },
			{ got: 2, text: "b", more: "d" },
		],
	});
});

it("stays parked while a child waits for a signal, and is woken by that child's end", async () => {
	const waiting = `spec: flatmachine
spec_version: "4.2.1"
data:
  name: child
  context: { answer: null }
  states:
    ask: { type: initial, wait_for: approvals, output_to_context: { answer: output.answer }, transitions: [{ to: end }] }
    end: { type: final, output: { answer: context.answer } }
`;
	const fleet = await fleetInMemory({ files: { "machine.yml": parentOf("machine: child"), "child.yml": waiting } });
	const ended = fleet.run("p1");
	const child = await vi.waitFor(async () => {
		const [row] = await fleet.store.persistence.listExecutions({ waitingChannel: "approvals" });
		expect(row).toMatchObject({ status: "waiting", parent_execution_id: "p1" });
		return row?.execution_id ?? "";
	});
	const parent = await vi.waitFor(async () => {
		const stored = await fleet.store.persistence.loadExecution("p1");
		expect(stored?.summary).toMatchObject({ status: "waiting", waiting_channel: null });
		return stored;
	});
	const join = parent ? await fleet.store.joins?.state(joinIdOf(parent.summary)) : undefined;
	expect(join).toMatchObject({ executionId: "p1", needed: 1, ended: 0 });
	await fleet.store.signals.send("approvals", { answer: 42 }, { executionId: child });
	expect(await ended).toMatchObject({ status: "done", output: { all: { answer: 42 } } });
});

it("launches machines as jobs, whose results are read by id", async () => {
	const launching = parentOf("launch: child\nlaunch_input: { n: 5 }").replace(
		"output_to_context: { all: output }",
		"action: note",
	);
	const fleet = await fleetInMemory({ files: { "machine.yml": launching } });
	expect(await fleet.run("p1")).toMatchObject({ status: "done" });
	const [row] = await vi.waitFor(async () => {
		const rows = await fleet.store.persistence.listExecutions({ parentExecutionId: "p1" });
		expect(rows).toHaveLength(1);
		return rows;
	});
	const uri = `flatagents://${row?.execution_id}/result`;
	expect(await fleet.store.results.read(uri, { timeoutSeconds: 5 })).toEqual({ got: 5, text: "hello" });
});

it("runs the child of each attempt of a state with key results", async () => {
	const judged = parentOf(
		"machine: child\ninput: { n: 1 }\nkey_results: [{ name: good, check: \"output.text == 'good'\" }]\nmax_retries: 3",
	);
	const fleet = await fleetInMemory({
		files: { "machine.yml": judged, "child.yml": childMachine },
		options: () => ({ script: { writer: ["bad", "bad", "good"] } }),
	});
	const result = await fleet.run("p1");
	expect(result).toMatchObject({ status: "done", agentCalls: 3, output: { all: { got: 1, text: "good" } } });
	expect(await fleet.store.persistence.listExecutions({ parentExecutionId: "p1" })).toHaveLength(3);
});

it("tries a child again that had failed, where its parent is resumed", async () => {
	const fleet = await fleetInMemory({
		files: { "machine.yml": parentOf("machine: child\ninput: { n: 1 }") },
		options: () => ({ script: { writer: [{ error: "no more ink" }, "good"] } }),
	});
	expect(await fleet.run("p1")).toMatchObject({ status: "failed" });
	const done = await fleet.resume("p1");
	expect(done).toMatchObject({ status: "done", output: { all: { got: 1, text: "good" } } });
});

it("runs children of a lower priority number first, and their own children, too", async () => {
	const { options, release, begun } = hanging((n) => n === "stop");
	const fleet = await fleetInMemory({
		files: {
			"machine.yml": parentOf("foreach: context.items\nas: item\nmachine: child\ninput: { n: item }"),
			"child.yml": actingChild,
		},
		options,
		concurrency: 1,
	});
	const run = (items: readonly unknown[], priority: number) =>
		fleet.machine.run({ items }, { invoker: { kind: "queue", queue: fleet.queue, window: 10, priority } });
	await run(["stop"], 1);
	await vi.waitFor(() => expect(begun).toEqual(["stop"]));
	await run([1, 2], 7);
	await run([3, 4], 2);
	release();
	await vi.waitFor(() => expect(begun).toEqual(["stop", 3, 4, 1, 2]));
});
