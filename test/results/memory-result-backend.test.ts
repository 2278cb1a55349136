import { expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import { InMemoryResultBackend } from "../../runtime/results/memory-result-backend.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";
import { resultBackendContract } from "./result-backend.contract.ts";

resultBackendContract("InMemoryResultBackend", () => ({ backend: new InMemoryResultBackend() }));

function clocked() {
	const clock = new SimulatedClock();
	const running = new Set<symbol>();
	const startTimer = (callback: () => void, milliseconds: number) => {
		const id = clock.setTimeout(callback, milliseconds);
		const token = Symbol("timer");
		running.add(token);
		return () => {
			running.delete(token);
			clock.clearTimeout(id);
		};
	};
	return { clock, running, backend: new InMemoryResultBackend({ startTimer }) };
}

it("counts its timeout in seconds", async () => {
	const { clock, backend } = clocked();
	let settled = false;
	const reading = backend.read(resultUri("a"), { timeoutSeconds: 5 }).finally(() => {
		settled = true;
	});
	const outcome = expect(reading).rejects.toThrow("within 5 seconds");
	clock.increment(4_999);
	await Promise.resolve();
	expect(settled).toBe(false);
	clock.increment(1);
	await outcome;
});

it("waits longer than one timer of Node can run", async () => {
	const { clock, backend } = clocked();
	const days = 60 * 24 * 60 * 60;
	const reading = backend.read(resultUri("a"), { timeoutSeconds: days });
	const outcome = expect(reading).rejects.toMatchObject({ code: "result_timeout" });
	let fired = false;
	reading.catch(() => {
		fired = true;
	});
	clock.increment(2 ** 31);
	await Promise.resolve();
	await Promise.resolve();
	expect(fired).toBe(false);
	clock.increment(days * 1000);
	clock.increment(days * 1000);
	await outcome;
});

it("leaves no timer behind when the result comes, or when the reader is aborted", async () => {
	const { running, backend } = clocked();
	const reading = backend.read(resultUri("a"), { timeoutSeconds: 5 });
	const stop = new AbortController();
	const aborted = backend.read(resultUri("b"), { timeoutSeconds: 5, signal: stop.signal });
	expect(running.size).toBe(2);
	await backend.write(resultUri("a"), 1);
	stop.abort(new Error("enough"));
	expect(await reading).toBe(1);
	await expect(aborted).rejects.toThrow("enough");
	expect(running.size).toBe(0);
});
