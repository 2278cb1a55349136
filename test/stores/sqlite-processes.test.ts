import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { openSqliteStore } from "../../adapters/stores/sqlite/index.ts";
import { commit, commitOf } from "./contract/samples.ts";
import { newFile, outputOf, startProcess } from "./sqlite-files.ts";

describe("several processes on one SQLite file", () => {
	it("make it, and commit, at the same time without one failing", async () => {
		using place = newFile();
		const ids = ["a", "b", "c"];
		const children = ids.map((id) =>
			startProcess(
				place.file,
				`for (let step = 1; step <= 300; step++) {
					store.persistence.commit([commitOf("${id}", step)], null);
					if (step % 3 === 0) store.persistence.commit([commitOf("${id}-kid", step), commitOf("shared", step)], null);
				}
				await store.close();`,
			),
		);
		const ended = await Promise.all(children.map(outputOf));
		expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
		await using store = await openSqliteStore(place.file);
		for (const id of ids) {
			expect(await store.persistence.listCheckpoints(id)).toHaveLength(300);
			expect(await store.persistence.loadLog(id, 0)).toHaveLength(300);
			expect(await store.persistence.loadLog(`${id}-kid`, 0)).toHaveLength(100);
		}
		expect(await store.persistence.loadLog("shared", 0)).toHaveLength(300);
	});

	it("let exactly one have the lease each time, and refuse the writes of who lost it", async () => {
		using place = newFile();
		const program = `
			let won = 0;
			for (let round = 1; round <= 100; round++) {
				const lease = await store.lock.acquire("race" + round);
				if (lease === null) continue;
				won++;
				store.persistence.commit([commitOf("race" + round, 1)], lease);
			}
			console.log(won);
			process.stdin.resume();
			await new Promise((resolve) => setInterval(() => {}, 1000));
		`;
		await using store = await openSqliteStore(place.file);
		const children = [startProcess(place.file, program), startProcess(place.file, program)];
		const won = await Promise.all(
			children.map(async ({ stdout }) => {
				if (stdout === null) throw new Error("the process has no output");
				const [line] = await once(stdout, "data");
				return Number(line);
			}),
		);
		expect((won[0] ?? 0) + (won[1] ?? 0)).toBe(100);
		expect(await store.lock?.acquire("race1")).toBeNull();
		for (const child of children) {
			const ended = once(child, "close");
			child.kill("SIGKILL");
			await ended;
		}
		// The leases have time left, but whoever held them is dead.
		const taken = await store.lock?.acquire("race1");
		expect(taken?.token).toBe(2);
		await commit(store.persistence, [commitOf({ id: "race1", step: 2 })], taken ?? null);
		expect(await store.persistence.listCheckpoints("race1")).toHaveLength(2);
	});

	it("keep what a process committed right before it was killed", async () => {
		using place = newFile();
		const child = startProcess(
			place.file,
			`store.persistence.commit([commitOf("a", 1)], null); process.kill(process.pid, "SIGKILL");`,
		);
		const [, signal] = await once(child, "close");
		expect(signal).toBe("SIGKILL");
		await using store = await openSqliteStore(place.file);
		expect((await store.persistence.loadExecution("a"))?.latestKey).toBe("a/step_000001_execute.json");
		expect(await store.persistence.loadLog("a", 1)).toEqual([{ step: 1, text: "{}" }]);
	});

	it("wake readers of results and listeners to signals of the others", async () => {
		using place = newFile();
		await using store = await openSqliteStore(place.file);
		const reading = store.results.read("flatagents://a/result", { timeoutSeconds: 20 });
		const heard = new Promise<string>((resolve) => {
			store.signals.subscribe(resolve);
		});
		const child = startProcess(
			place.file,
			`await store.results.write("flatagents://a/result", { n: 1 });
			await store.signals.send("go", 1);
			await store.close();`,
		);
		const ended = outputOf(child);
		expect(await reading).toEqual({ n: 1 });
		expect(await heard).toBe("go");
		expect((await ended).code).toBe(0);
	});

	it("end by themselves though they listen", async () => {
		using place = newFile();
		const child = startProcess(
			place.file,
			`await store.signals.subscribe(() => {});
			store.results.read("flatagents://never/result");
			console.log("listening");`,
		);
		expect(await outputOf(child)).toEqual({ code: 0, output: "listening\n" });
	});
});
