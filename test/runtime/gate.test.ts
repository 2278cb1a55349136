import { describe, expect, it } from "vitest";
import { memoryLoader } from "../../compiler/document/memory-loader.ts";
import { FlatMachine, openStore } from "../../src/index.ts";

const worker = `
spec: flatmachine
spec_version: "2.0.0"
data:
  name: worker
  states:
    start: { type: initial, transitions: [{ to: work }] }
    work: { agent: a, transitions: [{ to: done }] }
    done: { type: final, output: { said: "yes" } }
  agents: { a: ./a.yml }
`;

const machine = `
spec: flatmachine
spec_version: "2.0.0"
data:
  name: m
  agents: { a: ./a.yml }
  machines: { w: ./w.yml }
  states:
    start: { type: initial, transitions: [{ to: write }] }
    write: { agent: a, transitions: [{ to: child }] }
    child: { machine: w, transitions: [{ to: away }] }
    away: { launch: w, transitions: [{ to: done }] }
    done: { type: final, output: { ok: true } }
`;

/** A gate that lets one effect through for each call of `open`. */
function turnstile() {
	const waiting: (() => void)[] = [];
	const arrivals: (() => void)[] = [];
	return {
		gate: () =>
			new Promise<void>((resolve) => {
				waiting.push(resolve);
				arrivals.shift()?.();
			}),
		/** Resolves when an effect waits, or one has been waiting. */
		async arrived(): Promise<void> {
			if (waiting.length === 0) await new Promise<void>((resolve) => arrivals.push(resolve));
		},
		open: () => waiting.shift()?.(),
	};
}

const loader = memoryLoader({ "/w.yml": worker, "/a.yml": "spec: flatagent\ndata: { name: a, model: { name: x } }" });

function make(calls: string[], store?: Awaited<ReturnType<typeof openStore>>) {
	const script = (call: { readonly state?: string }) => {
		calls.push(call.state ?? "");
		return "x";
	};
	return new FlatMachine({ config: machine, dir: "/", loader, script, ...(store && { store }) });
}

describe("a gate", () => {
	it.each(["memory:", undefined])("holds each effect back until it opens, with the store %s", async (address) => {
		await using store = address === undefined ? undefined : await openStore(address);
		const calls: string[] = [];
		const { gate, arrived, open } = turnstile();
		const running = make(calls, store).run({}, { gate, executionId: "e" });
		const seen: string[][] = [];
		// The agent, the child, the child's agent, the launch, the launched machine's agent.
		for (let effects = 0; effects < 5; effects++) {
			await arrived();
			seen.push([...calls]);
			open();
		}
		expect(await running).toMatchObject({ status: "done", output: { ok: true } });
		expect(seen).toEqual([[], ["write"], ["write"], ["write", "work"], ["write", "work"]]);
		expect(calls).toEqual(["write", "work", "work"]);
	});

	it("is reached when what decided on the effect is stored", async () => {
		await using store = await openStore("memory:");
		const { gate, arrived } = turnstile();
		const abort = new AbortController();
		const running = make([], store).run({}, { gate, executionId: "e", signal: abort.signal });
		await arrived();
		expect((await store.persistence.loadExecution("e"))?.summary).toMatchObject({ current_state: "write" });
		abort.abort();
		await running;
	});

	it.each(["memory:", undefined])("begins nothing after the run has ended, with the store %s", async (address) => {
		await using store = address === undefined ? undefined : await openStore(address);
		const calls: string[] = [];
		const { gate, arrived, open } = turnstile();
		const abort = new AbortController();
		const running = make(calls, store).run({}, { gate, signal: abort.signal });
		await arrived();
		abort.abort();
		open();
		expect(await running).toMatchObject({ status: "stopped", reason: "aborted" });
		await new Promise((resolve) => setImmediate(resolve));
		expect(calls).toEqual([]);
	});
});
