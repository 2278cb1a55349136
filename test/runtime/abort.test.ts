import { describe, expect, it } from "vitest";
import { flat } from "./flat.ts";

/** An agent that says when it was called and never answers; notes when its call is aborted. */
function hanging() {
	const aborted: unknown[] = [];
	let called = (): void => undefined;
	const calling = new Promise<void>((resolve) => {
		called = resolve;
	});
	return {
		aborted,
		calling,
		script: {
			a: ({ input, signal }: { input: Readonly<Record<string, unknown>>; signal?: AbortSignal }) =>
				new Promise<undefined>(() => {
					signal?.addEventListener("abort", () => aborted.push(input.n ?? "call"));
					called();
				}),
		},
	};
}

const data =
	"states: { start: { type: initial, agent: a, transitions: [{ to: done }], on_error: done }, done: { type: final } }";

describe("aborting a run", () => {
	it("aborts the call that is under way and ends the run as stopped, with the signal's reason", async () => {
		const { aborted, calling, script } = hanging();
		const abort = new AbortController();
		const running = flat(data, { use: ["a"], script }).run({}, { signal: abort.signal });
		await calling;
		const reason = new Error("enough");
		abort.abort(reason);
		expect(await running).toMatchObject({ status: "stopped", reason: "aborted", error: reason });
		expect(aborted).toEqual(["call"]);
	});

	it("lets execute() reject with the reason, or an AbortError", async () => {
		const reason = new Error("enough");
		await expect(
			flat(data, { use: ["a"], script: { a: "x" } }).machine.execute({}, { signal: AbortSignal.abort(reason) }),
		).rejects.toBe(reason);
		await expect(
			flat(data, { use: ["a"], script: { a: "x" } }).machine.execute({}, { signal: AbortSignal.abort() }),
		).rejects.toMatchObject({ name: "AbortError" });
	});

	it("before the start runs nothing", async () => {
		const { machine, calls } = flat(data, { use: ["a"], script: { a: "x" } });
		expect(await machine.run({}, { signal: AbortSignal.abort() })).toMatchObject({
			status: "stopped",
			reason: "aborted",
		});
		expect(calls).toEqual([]);
	});

	it("aborts the calls of children and of launched machines", async () => {
		const child = `
    spec: flatmachine
    data:
      name: child
      agents: { a: { spec: flatagent, data: { name: a, model: { provider: p, name: m }, user: hi } } }
      context: { n: input.n }
      states:
        start: { type: initial, agent: a, input: { n: context.n }, transitions: [{ to: done }] }
        done: { type: final }
`;
		const aborted: unknown[] = [];
		const abort = new AbortController();
		let called = 0;
		const { run } = flat(
			`
machines:
  child:${child}
states:
  start: { type: initial, launch: child, launch_input: { n: launched }, machine: child, foreach: [1, 2], input: { n: item }, transitions: [{ to: done }] }
  done: { type: final }
`,
			{
				script: {
					a: ({ input, signal }) =>
						new Promise(() => {
							signal?.addEventListener("abort", () => aborted.push(input.n));
							if (++called === 3) setImmediate(() => abort.abort());
						}),
				},
			},
		);
		expect(await run({}, { signal: abort.signal })).toMatchObject({ status: "stopped", reason: "aborted" });
		expect(aborted.map(String).sort()).toEqual(["1", "2", "launched"]);
	});

	it("ends a back-off at once", async () => {
		const abort = new AbortController();
		const { run } = flat(
			"states: { start: { type: initial, agent: a, execution: { type: retry, backoffs: [600] }, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: { throw: "E: x" } } },
		);
		const onEvent = ({ type }: { type: string }) => {
			if (type === "retry") setImmediate(() => abort.abort());
		};
		expect(await run({}, { signal: abort.signal, onEvent })).toMatchObject({ status: "stopped", reason: "aborted" });
	});

	it("during an action calls no agent of that state any more", async () => {
		const abort = new AbortController();
		let finish = (): void => undefined;
		const { run, calls } = flat(
			"states: { start: { type: initial, action: act, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{
				use: ["a"],
				script: { a: "x" },
				hooks: {
					onAction: (_action, context) =>
						new Promise((resolve) => {
							finish = () => resolve(context);
							setImmediate(() => abort.abort());
						}),
				},
			},
		);
		expect(await run({}, { signal: abort.signal })).toMatchObject({ status: "stopped", reason: "aborted" });
		finish();
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toEqual([]);
	});

	it("during a vote draws no further samples", async () => {
		const abort = new AbortController();
		const { run, calls } = flat(
			"states: { start: { type: initial, agent: a, execution: { type: mdap_voting, k_margin: 9 }, transitions: [{ to: done }] }, done: { type: final } }",
			{
				use: ["a"],
				script: {
					a: ({ signal }, { n }) =>
						new Promise((resolve, reject) => {
							signal?.addEventListener("abort", () => reject(signal.reason));
							if (n === 1) setImmediate(() => abort.abort());
							else if (n === 0) resolve({ x: n });
						}),
				},
			},
		);
		expect(await run({}, { signal: abort.signal })).toMatchObject({ status: "stopped", reason: "aborted" });
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toHaveLength(2);
	});

	it("during a hook around a state does not begin the state's work", async () => {
		const abort = new AbortController();
		let finish = (): void => undefined;
		const { run, calls } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: done }] }, done: { type: final } }",
			{
				use: ["a"],
				script: { a: "x" },
				hooks: {
					onStateEnter: (_state, context) =>
						new Promise((resolve) => {
							finish = () => resolve(context);
							setImmediate(() => abort.abort());
						}),
				},
			},
		);
		expect(await run({}, { signal: abort.signal })).toMatchObject({ status: "stopped", reason: "aborted" });
		finish();
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toEqual([]);
	});

	it("of a run that waits ends it", async () => {
		const { run } = flat(
			"states: { start: { type: initial, agent: a, transitions: [{ to: ask }] }, ask: { wait_for: c, transitions: [{ to: done }] }, done: { type: final } }",
			{ use: ["a"], script: { a: "x" } },
		);
		const abort = new AbortController();
		abort.abort();
		expect(await run({}, { signal: abort.signal })).toMatchObject({ status: "stopped", reason: "aborted" });
	});

	it("leaves no listener on the caller's signal once the run has ended", async () => {
		const abort = new AbortController();
		const { run } = flat(data, { use: ["a"], script: { a: "x" } });
		let listeners = 0;
		const { addEventListener, removeEventListener } = abort.signal;
		Object.assign(abort.signal, {
			addEventListener: (...args: Parameters<typeof addEventListener>) => {
				listeners++;
				Reflect.apply(addEventListener, abort.signal, args);
			},
			removeEventListener: (...args: Parameters<typeof removeEventListener>) => {
				listeners--;
				Reflect.apply(removeEventListener, abort.signal, args);
			},
		});
		await run({}, { signal: abort.signal });
		expect(listeners).toBe(0);
	});
});
