/** Scenarios replayed on the real runtime: each kind of work answered from what is written down. */
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { type Replay, replayScenario } from "../../src/testing/scenario/replay.ts";
import type { WrittenScenario } from "../../src/testing/scenario/scenario.ts";
import { documentOf } from "../runtime/flat.ts";

/** A machine of `data` alone whose agents are `writer` and `judge`. */
function machineOf(data: string) {
	return compile(documentOf(data, { use: ["writer", "judge"] }));
}

function scenario(parts: Partial<WrittenScenario> = {}): WrittenScenario {
	return { name: "test", input: {}, agents: {}, machines: {}, actions: {}, waits: {}, ...parts };
}

function replay(data: string, parts: Partial<WrittenScenario> = {}): Promise<Replay> {
	return replayScenario(machineOf(data), scenario(parts));
}

const review = `
context: { text: input.text, score: 0 }
states:
  write:
    type: initial
    agent: writer
    output_to_context: { text: output.content }
    transitions: [{ to: judge }]
  judge:
    agent: judge
    output_to_context: { score: output.score }
    on_error: { RateLimitError: write, default: sorry }
    transitions:
      - { condition: "context.score >= 8", to: done }
      - { to: write }
  sorry: { type: final, output: { sorry: true } }
  done: { type: final, output: { text: context.text, score: context.score } }
`;

test("the path, the transitions, the end and the context of a run are found", async () => {
	const found = await replay(review, {
		input: { text: "old" },
		agents: { writer: ["one", "two"], judge: [{ score: 3 }, { score: 9 }] },
	});
	expect(found.path).toEqual(["write", "judge", "write", "judge", "done"]);
	expect(found.taken).toEqual([
		{ state: "write", kind: "transition", index: 0, to: "judge" },
		{ state: "judge", kind: "transition", index: 1, to: "write" },
		{ state: "write", kind: "transition", index: 0, to: "judge" },
		{ state: "judge", kind: "transition", index: 0, to: "done" },
	]);
	expect(found.ending).toEqual({ status: "done", output: { text: "two", score: 9 } });
	expect(found.context).toEqual({ text: "two", score: 9 });
	expect(found.differences).toEqual([]);
});

test("errors go by their names", async () => {
	const found = await replay(review, {
		agents: { writer: ["one", "two"], judge: [{ throw: "RateLimitError: slow down" }, { throw: "Oops: no" }] },
	});
	expect(found.taken.filter(({ kind }) => kind === "error")).toEqual([
		{ state: "judge", kind: "error", error: "RateLimitError", to: "write" },
		{ state: "judge", kind: "error", error: "default", to: "sorry" },
	]);
	expect(found.ending).toEqual({ status: "done", output: { sorry: true } });
});

test("a chain of states without effects is followed from its first state, through pauses of the machine", async () => {
	const found = await replay(`
context: { n: 0 }
settings: { max_steps: 500 }
states:
  a: { type: initial, transitions: [{ condition: "context.n > 0", to: c }, { to: b }] }
  b: { transitions: [{ to: a }] }
  c: { type: final }
`);
	expect(found.path.length).toBe(500);
	expect(new Set(found.path.filter((_, at) => at % 2 === 0))).toEqual(new Set(["a"]));
	expect(new Set(found.path.filter((_, at) => at % 2 === 1))).toEqual(new Set(["b"]));
	expect(found.taken[0]).toEqual({ state: "a", kind: "transition", index: 1, to: "b" });
	expect(found.taken.length).toBe(499);
	expect(found.ending).toEqual({ status: "stopped", reason: "max_steps" });
});

test("a limit of the scenario's own ends the run", async () => {
	const found = await replay(review, {
		agents: { writer: ["one"], judge: [{ score: 3 }] },
		maxSteps: 2,
		path: ["write", "judge"],
		ending: { status: "stopped", reason: "max_steps" },
	});
	expect(found.differences).toEqual([]);
});

const retrying = `
states:
  ask:
    type: initial
    agent: writer
    execution: { type: retry, backoffs: [2, 8, 3600], jitter: 0.1 }
    output_to_context: { text: output.content }
    on_error: { RateLimitError: slow, default: failed }
    transitions: [{ to: done }]
  slow: { type: final, output: { slow: true } }
  failed: { type: final, output: { failed: true } }
  done: { type: final, output: { text: context.text } }
`;
const busy = { error: { type: "RateLimitError", message: "slow", retryable: true } };

test("back-offs of hours take no time", async () => {
	const found = await replay(retrying, { agents: { writer: [busy, busy, busy, "at last"] } });
	expect(found.ending).toEqual({ status: "done", output: { text: "at last" } });
});

test("retries that are used up give the last error", async () => {
	const found = await replay(retrying, { agents: { writer: [busy, busy, busy, busy] } });
	expect(found.ending).toEqual({ status: "done", output: { slow: true } });
});

test("a state's timeout that is shorter than its back-offs ends it", async () => {
	const found = await replay(
		`${retrying
			.replace("agent: writer", "agent: writer\n    timeout: 5")
			.replace("default:", "TimeoutError: late, default:")}  late: { type: final, output: { late: true } }\n`,
		{ agents: { writer: [busy, busy] } },
	);
	expect(found.ending).toEqual({ status: "done", output: { late: true } });
});

test("samples and votes use up one answer for each call", async () => {
	const data = (execution: string) => `
states:
  ask:
    type: initial
    agent: writer
    execution: ${execution}
    output_to_context: { got: output }
    transitions: [{ to: done }]
  done: { type: final, output: { got: context.got } }
`;
	const samples = await replay(data("{ type: parallel, n_samples: 3 }"), {
		agents: { writer: [{ n: 1 }, { throw: "Oops: no" }, { n: 3 }] },
	});
	expect(samples.ending).toEqual({ status: "done", output: { got: { results: [{ n: 1 }, { n: 3 }], count: 2 } } });
	const votes = await replay(data("{ type: mdap_voting, k_margin: 2, max_candidates: 5 }"), {
		agents: { writer: [{ n: 1 }, { n: 2 }, { n: 2 }] },
	});
	expect(votes.ending).toEqual({ status: "done", output: { got: { n: 2 } } });
	expect(votes.differences).toEqual([]);
});

const family = `
machines:
  one: { spec: flatmachine, spec_version: "4.2.1", data: { name: one, states: { s: { type: initial, agent: nobody, transitions: [{ to: e }] }, e: { type: final } }, agents: { nobody: { spec: flatagent, data: { model: { provider: p, name: m }, user: hi } } } } }
  two: { spec: flatmachine, spec_version: "4.2.1", data: { name: two, states: { s: { type: initial, transitions: [{ to: e }] }, e: { type: final } } } }
`;

test("a child machine is one answer, whatever it does inside", async () => {
	const data = `${family}
states:
  call:
    type: initial
    machine: one
    output_to_context: { got: output.x }
    on_error: { Broken: mend, default: other }
    transitions: [{ to: done }]
  mend: { type: final, output: { mended: context.last_error } }
  other: { type: final }
  done: { type: final, output: { got: context.got } }
`;
	const good = await replay(data, { machines: { one: [{ output: { x: 7 } }] } });
	expect(good.ending).toEqual({ status: "done", output: { got: 7 } });
	const bad = await replay(data, { machines: { one: [{ throw: "Broken: in two" }] } });
	expect(bad.path).toEqual(["call", "mend"]);
	expect(bad.ending).toEqual({ status: "done", output: { mended: "in two" } });
});

test("several child machines are answered by name, failures in place", async () => {
	const data = (mode: string) => `${family}
states:
  call:
    type: initial
    machine: [one, two]
    mode: ${mode}
    output_to_context: { got: output }
    transitions: [{ to: done }]
  done: { type: final, output: { got: context.got } }
`;
	const all = await replay(data("settled"), { machines: { one: [{ throw: "Oops: no" }], two: [{ output: 2 }] } });
	expect(all.ending).toEqual({
		status: "done",
		output: { got: { one: { _error: "no", _error_type: "Oops" }, two: 2 } },
	});
	const any = await replay(data("any"), { machines: { one: [{ output: 1 }], two: [{ output: 2 }] } });
	expect(any.ending).toEqual({ status: "done", output: { got: { one: 1 } } });
	const late = await replay(data("any"), { machines: { one: [{ output: 1, late: true }], two: [{ output: 2 }] } });
	expect(late.ending).toEqual({ status: "done", output: { got: { two: 2 } } });
	expect(late.differences).toEqual([]);
	const both = await replay(data("settled"), {
		machines: { one: [{ throw: "Oops: no", late: true }], two: [{ output: 2 }] },
	});
	expect(both.ending).toEqual(all.ending);
});

test("the items of a foreach are answered in the order in which they start, failures in place", async () => {
	const data = (more: string) => `${family}
context: { items: input.items }
states:
  each:
    type: initial
    foreach: context.items
    as: item
    machine: one
    input: { item: "{{ item }}" }
    ${more}
    output_to_context: { got: output }
    transitions: [{ to: done }]
  done: { type: final, output: { got: context.got } }
`;
	const machines = { one: [{ output: "a" }, { throw: "Oops: no" }, { output: "c" }] };
	const input = { items: [1, 2, 3] };
	const got = ["a", { _error: "no", _error_type: "Oops" }, "c"];
	const all = await replay(data(""), { input, machines });
	expect(all.ending).toEqual({ status: "done", output: { got } });
	const few = await replay(data("max_concurrency: 1"), { input, machines });
	expect(few.ending).toEqual({ status: "done", output: { got } });
	const keyed = await replay(data('key: "k{{ item }}"'), { input, machines });
	expect(keyed.ending).toEqual({ status: "done", output: { got: { k1: got[0], k2: got[1], k3: got[2] } } });
	const any = await replay(data("mode: any"), { input, machines });
	expect(any.ending).toEqual({ status: "done", output: { got: ["a"] } });
	const many = Array.from({ length: 500 }, (_, n) => n);
	const wide = await replay(data("timeout: 1"), {
		input: { items: many },
		machines: { one: many.map((output) => ({ output })) },
	});
	expect(wide.ending).toEqual({ status: "done", output: { got: many } });
	expect(wide.differences).toEqual([]);
});

test("a launched machine is not started and needs no answer", async () => {
	const data = `${family}
states:
  go: { type: initial, launch: one, transitions: [{ to: done }] }
  done: { type: final }
`;
	const answers: readonly Partial<WrittenScenario>[] = [{}, { machines: { one: [{ output: null }] } }];
	for (const parts of answers) {
		const found = await replay(data, parts);
		expect(found.ending).toEqual({ status: "done", output: {} });
		expect(found.differences).toEqual([]);
	}
});

test("an action sets keys of the context, or fails", async () => {
	const data = `
context: { n: 1, kept: true }
states:
  act:
    type: initial
    action: count
    on_error: { ValueError: failed }
    transitions: [{ condition: "context.n > 1", to: done }, { to: failed }]
  failed: { type: final, output: { failed: true } }
  done: { type: final, output: { n: context.n } }
`;
	const set = await replay(data, { actions: { count: [{ set: { n: 2, note: null } }] } });
	expect(set.context).toEqual({ n: 2, kept: true, note: null });
	expect(set.ending).toEqual({ status: "done", output: { n: 2 } });
	const thrown = await replay(data, { actions: { count: [{ throw: "ValueError: no" }] } });
	expect(thrown.taken).toEqual([{ state: "act", kind: "error", error: "ValueError", to: "failed" }]);
	const none = await replay(data);
	expect(none.path).toEqual(["act", "failed"]);
	expect(none.differences).toEqual([]);
});

const waiting = `
states:
  wait:
    type: initial
    wait_for: "approval/{{ input.id }}"
    timeout: 3600
    output_to_context: { ok: output.ok }
    on_error: { TimeoutError: late }
    transitions: [{ condition: "context.ok", to: done }, { to: wait }]
  late: { type: final, output: { late: true } }
  done: { type: final }
`;

test("signals end a wait one after the other, and a timeout comes at once", async () => {
	const done = await replay(waiting, {
		input: { id: 1 },
		waits: { wait: [{ data: { ok: false } }, { data: { ok: true } }] },
	});
	expect(done.path).toEqual(["wait", "wait", "done"]);
	const late = await replay(waiting, {
		input: { id: 1 },
		waits: { wait: [{ data: { ok: false } }, { timeout: true }] },
	});
	expect(late.path).toEqual(["wait", "wait", "late"]);
	expect(late.taken.at(-1)).toEqual({ state: "wait", kind: "error", error: "TimeoutError", to: "late" });
});

test("a state that works is out of time in the visits for which that is written", async () => {
	const data = (timeout: string) => `
context: { text: null }
states:
  ask:
    type: initial
    agent: writer
    ${timeout}
    output_to_context: { text: output.content }
    on_error: { TimeoutError: late }
    transitions: [{ condition: "context.text == 'again'", to: ask }, { to: done }]
  late: { type: final, output: { late: context.text } }
  done: { type: final }
`;
	const parts = { agents: { writer: ["again"] }, waits: { ask: [{ data: null }, { timeout: true as const }] } };
	const found = await replay(data("timeout: 5"), parts);
	expect(found.path).toEqual(["ask", "ask", "late"]);
	expect(found.ending).toEqual({ status: "done", output: { late: "again" } });
	expect(found.differences).toEqual([]);
	const without = await replay(data(""), { agents: { writer: ["enough"] }, waits: parts.waits });
	expect(without.differences).toEqual(["Of 2 answers for the waiting of state `ask` the run used 0."]);
});

test("a wait without an answer is where the run rests", async () => {
	const found = await replay(waiting, { input: { id: 7 }, ending: { status: "waiting", channel: "approval/7" } });
	expect(found.path).toEqual(["wait"]);
	expect(found.ending).toEqual({ status: "waiting", channel: "approval/7" });
	expect(found.differences).toEqual([]);
});

test("hooks are neither loaded nor called, whatever the document names", async () => {
	const data = `
context: { n: 1 }
states:
  act:
    type: initial
    hooks: nobody-registered-this
    action: count
    transitions: [{ condition: "context.n == 2", to: wait }, { to: done }]
  wait: { wait_for: c, hooks: neither-this, transitions: [{ to: done }] }
  done: { type: final, output: { n: context.n } }
`;
	const found = await replayScenario(
		machineOf(data),
		scenario({ actions: { count: [{ set: { n: 2 } }] }, waits: { wait: [{ data: null }] } }),
	);
	expect(found.ending).toEqual({ status: "done", output: { n: 2 } });
	expect(found.taken).toEqual([
		{ state: "act", kind: "transition", index: 0, to: "wait" },
		{ state: "wait", kind: "transition", index: 0, to: "done" },
	]);
});

test("hooks of a machine of 2.x that are written in another language are not loaded either", async () => {
	const data = `
hooks: { file: ./hooks.py, class: Hooks }
context: { n: 1 }
states:
  act: { type: initial, action: count, transitions: [{ to: done }] }
  done: { type: final, output: { n: "{{ context.n }}" } }
`;
	const found = await replayScenario(
		compile(documentOf(data, { version: "2.5.0" })),
		scenario({ actions: { count: [{ set: { n: 2 } }] } }),
	);
	expect(found.path).toEqual(["act", "done"]);
	expect(found.ending).toEqual({ status: "done", output: { n: "2" } });
	expect(found.taken).toEqual([{ state: "act", kind: "transition", index: 0, to: "done" }]);
});

test("a condition that fails takes the error route, and those behind it keep their numbers", async () => {
	const data = (x: string) => `
context: { x: ${x} }
states:
  a:
    type: initial
    on_error: { default: c }
    transitions:
      - { condition: "context.x > 3", to: b }
      - { condition: "context.x > 2", to: c }
      - { to: d }
  b: { type: final }
  c: { type: final }
  d: { type: final }
`;
	expect((await replay(data("5"))).taken).toEqual([{ state: "a", kind: "transition", index: 0, to: "b" }]);
	expect((await replay(data("3"))).taken).toEqual([{ state: "a", kind: "transition", index: 1, to: "c" }]);
	expect((await replay(data("1"))).taken).toEqual([{ state: "a", kind: "transition", index: 2, to: "d" }]);
	expect((await replay(data("[]"))).taken).toEqual([{ state: "a", kind: "error", error: "default", to: "c" }]);
});

test("the same scenario gives the same replay, also beside others", async () => {
	const machine = machineOf(retrying);
	const script = scenario({ agents: { writer: [busy, busy, "x"] } });
	const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => replayScenario(machine, script)));
	for (const other of others) expect(other).toEqual(first);
});
