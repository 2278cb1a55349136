/** What every result backend has to do. A test file of a backend calls this with a way to make one. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { ResultBackend } from "../../runtime/results/result-backend.ts";
import { resultUri } from "../../runtime/results/result-uri.ts";

/** A backend under test with what removes its traces. */
export interface BackendUnderTest {
	readonly backend: ResultBackend;
	readonly close?: () => Promise<void>;
}

export function resultBackendContract(name: string, make: () => BackendUnderTest | Promise<BackendUnderTest>): void {
	describe(`${name} as a result backend`, () => {
		const opened: BackendUnderTest[] = [];

		async function open(): Promise<ResultBackend> {
			const made = await make();
			opened.push(made);
			return made.backend;
		}

		afterEach(async () => {
			for (const { close } of opened.splice(0)) {
				await close?.();
			}
		});

		it("gives back what was written", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), { text: "hi", list: [1, null] });
			expect(await backend.read(resultUri("a"))).toEqual({ text: "hi", list: [1, null] });
		});

		it("gives back any JSON value", async () => {
			const backend = await open();
			await fc.assert(
				fc.asyncProperty(fc.json(), async (json) => {
					const value: unknown = JSON.parse(json);
					await backend.write(resultUri("any"), value);
					expect(JSON.stringify(await backend.read(resultUri("any")))).toBe(JSON.stringify(value));
				}),
				{ numRuns: 30 },
			);
		});

		it("replaces an earlier result", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), 1);
			await backend.write(resultUri("a"), 2);
			expect(await backend.read(resultUri("a"))).toBe(2);
		});

		it("gives each reader its own copy", async () => {
			const backend = await open();
			const written = { list: [1] };
			await backend.write(resultUri("a"), written);
			written.list.push(2);
			const first = await backend.read(resultUri("a"));
			Object.assign(Object(first), { list: "changed" });
			expect(await backend.read(resultUri("a"))).toEqual({ list: [1] });
		});

		it("keeps ids and paths apart", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), "a");
			await backend.write(resultUri("b"), "b");
			await backend.write(resultUri("a", "parts/1"), "part");
			expect(await backend.read(resultUri("a"))).toBe("a");
			expect(await backend.read(resultUri("b"))).toBe("b");
			expect(await backend.read(resultUri("a", "parts/1"))).toBe("part");
		});

		it("reads an address without a path as that of the result", async () => {
			const backend = await open();
			await backend.write("flatagents://a", 1);
			expect(await backend.read("flatagents://a/result")).toBe(1);
			expect(await backend.exists("flatagents://a/")).toBe(true);
		});

		it("gives null for a missing result when it may not wait", async () => {
			const backend = await open();
			expect(await backend.read(resultUri("a"), { block: false })).toBeNull();
		});

		it("tells a stored null from a missing result", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), null);
			await backend.write(resultUri("b"), undefined);
			expect(await backend.read(resultUri("a"))).toBeNull();
			expect(await backend.read(resultUri("b"))).toBeNull();
			expect(await backend.exists(resultUri("a"))).toBe(true);
			expect(await backend.exists(resultUri("b"))).toBe(true);
			expect(await backend.exists(resultUri("c"))).toBe(false);
		});

		it("wakes all who wait for a result, and only those", async () => {
			const backend = await open();
			const stop = new AbortController();
			const other = backend.read(resultUri("b"), { signal: stop.signal });
			const readers = [1, 2, 3].map(() => backend.read(resultUri("a")));
			await backend.write(resultUri("a"), "done");
			expect(await Promise.all(readers)).toEqual(["done", "done", "done"]);
			stop.abort(new Error("nobody wrote b"));
			await expect(other).rejects.toThrow("nobody wrote b");
		});

		it("gives up with a TimeoutError when nobody writes in time", async () => {
			const backend = await open();
			const reading = backend.read(resultUri("late"), { timeoutSeconds: 0.01 });
			await expect(reading).rejects.toMatchObject({ name: "TimeoutError", code: "result_timeout" });
			await backend.write(resultUri("late"), 1);
			expect(await backend.read(resultUri("late"), { timeoutSeconds: 0.01 })).toBe(1);
		});

		it.each([[0], [null]])("waits without end for a timeout of %j", async (timeoutSeconds) => {
			const backend = await open();
			const reading = backend.read(resultUri("a"), { timeoutSeconds });
			await backend.write(resultUri("a"), 1);
			expect(await reading).toBe(1);
		});

		it("stops waiting with the reason of an aborted signal", async () => {
			const backend = await open();
			const reason = new Error("cancelled");
			await expect(backend.read(resultUri("a"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
			const stop = new AbortController();
			const reading = backend.read(resultUri("a"), { signal: stop.signal });
			stop.abort(reason);
			await expect(reading).rejects.toBe(reason);
		});

		it("forgets a deleted result", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), 1);
			await backend.delete(resultUri("a"));
			expect(await backend.exists(resultUri("a"))).toBe(false);
			expect(await backend.read(resultUri("a"), { block: false })).toBeNull();
			await expect(backend.delete(resultUri("a"))).resolves.toBeUndefined();
		});

		it.each(["http://a/result", "a/result", "flatagents://", "flatagents:///result", "flatagents://a/../b"])(
			"refuses the address %s in every method",
			async (uri) => {
				const backend = await open();
				for (const call of [backend.write(uri, 1), backend.read(uri), backend.exists(uri), backend.delete(uri)]) {
					await expect(call).rejects.toMatchObject({ code: "invalid_result_uri" });
				}
			},
		);

		it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a timeout of %d", async (timeoutSeconds) => {
			const backend = await open();
			await expect(backend.read(resultUri("a"), { timeoutSeconds })).rejects.toMatchObject({ code: "invalid_timeout" });
		});

		it("refuses what JSON cannot hold and keeps the earlier result", async () => {
			const backend = await open();
			await backend.write(resultUri("a"), 1);
			await expect(backend.write(resultUri("a"), { big: 1n })).rejects.toMatchObject({ code: "result_not_json" });
			expect(await backend.read(resultUri("a"))).toBe(1);
		});
	});
}
