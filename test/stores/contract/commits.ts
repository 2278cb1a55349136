/** Commits: written whole or not at all. */
import { describe, expect, it } from "vitest";
import type { PersistenceBackend } from "../../../runtime/store/persistence-backend.ts";
import { type StoreOpener, storesOf } from "./opener.ts";
import { bytesOf, commit, commitOf, keyOf, longText, oddNames, rowsOf, summaryOf, textAt } from "./samples.ts";

export function commitContract(name: string, opener: StoreOpener): void {
	describe(`${name}: commits`, () => {
		const openStores = storesOf(opener);

		async function open() {
			const { store, other } = await openStores();
			return { persistence: store.persistence, other: other.persistence, second: other };
		}

		it("shows all that a commit has once it is done", async () => {
			const { persistence, other, second } = await open();
			const log = [{ step: 0, text: '{"a":1}' }];
			const written = commitOf({ id: "a" }, { origin: '{"input":{}}', log, result: '{"n":1}', progress: '{"p":1}' });
			await commit(persistence, [written]);
			expect(await other.loadExecution("a")).toEqual({
				summary: written.summary,
				origin: '{"input":{}}',
				latestKey: keyOf({ id: "a" }),
			});
			const text = written.checkpoint?.text;
			expect(await other.loadCheckpoint(keyOf({ id: "a" }))).toEqual({ text, progress: '{"p":1}' });
			expect(await textAt(other, keyOf({ id: "a" }))).toBe(text);
			expect(await textAt(other, "a/latest")).toBe(keyOf({ id: "a" }));
			expect(await other.loadLog("a", 0)).toEqual(log);
			expect(await other.listCheckpoints("a")).toEqual([keyOf({ id: "a" })]);
			expect(await second.results.read("flatagents://a/result", { block: false })).toEqual({ n: 1 });
		});

		it("knows nothing of an execution that nobody wrote", async () => {
			const { persistence } = await open();
			await commit(persistence, [commitOf({ id: "a" })]);
			for (const id of ["b", "A", "a ", "__proto__", "toString", ""]) {
				expect(await persistence.loadExecution(id)).toBeNull();
				expect(await persistence.listCheckpoints(id)).toEqual([]);
				expect(await persistence.loadLog(id, 0)).toEqual([]);
			}
		});

		it("writes the executions of one commit together", async () => {
			const { persistence, other } = await open();
			const child = commitOf({ id: "child", parent: "root", root: "root" }, { result: "1" });
			await commit(persistence, [child, commitOf({ id: "root" })]);
			expect(await other.listExecutionIds()).toEqual(["child", "root"]);
			expect((await other.loadExecution("child"))?.summary).toEqual(child.summary);
		});

		it("replaces the row, and keeps what a commit does not have", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a" }, { origin: "{}", result: "1", log: [{ step: 1, text: "1" }] })]);
			const later = { id: "a", step: 2, status: "failed", event: "state_enter" } as const;
			await commit(persistence, [rowsOf(later, [])]);
			expect(await other.loadExecution("a")).toEqual({
				summary: summaryOf(later),
				origin: "{}",
				latestKey: keyOf({ id: "a" }),
			});
			expect(await other.listExecutionIds({ status: "active" })).toEqual([]);
			expect(await other.listExecutionIds({ status: "failed" })).toEqual(["a"]);
			expect(await other.loadLog("a", 0)).toHaveLength(1);
		});

		it("stores an execution before it has a checkpoint", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [rowsOf({ id: "a" }, [{ step: 0, text: "{}" }])]);
			expect(await other.loadExecution("a")).toEqual({
				summary: summaryOf({ id: "a" }),
				origin: null,
				latestKey: null,
			});
			expect(await other.load("a/latest")).toBeNull();
			expect(await other.listExecutionIds()).toEqual(["a"]);
			expect(await other.listCheckpoints("a")).toEqual([]);
		});

		it("does nothing for an empty list", async () => {
			const { persistence } = await open();
			await commit(persistence, []);
			expect(await persistence.listExecutionIds()).toEqual([]);
		});

		it("replaces a checkpoint of the same key", async () => {
			const { persistence, other } = await open();
			await commit(persistence, [commitOf({ id: "a" }, { progress: '{"n":1}' })]);
			await commit(persistence, [commitOf({ id: "a", context: { n: 2 } }, { progress: '{"n":2}' })]);
			expect(await other.listCheckpoints("a")).toHaveLength(1);
			const stored = await other.loadCheckpoint(keyOf({ id: "a" }));
			expect(stored?.progress).toBe('{"n":2}');
			expect(stored?.text).toContain('"context":{"n":2}');
		});

		it("lists checkpoints by step, then in the order of writing", async () => {
			const { persistence, other } = await open();
			const samples = [
				{ id: "a", step: 0, event: "machine_start" },
				{ id: "a", step: 1, event: "state_enter" },
				{ id: "a", step: 1, event: "execute" },
				{ id: "a", step: 999_999, event: "state_enter" },
				{ id: "a", step: 1_000_000, event: "state_enter" },
				{ id: "a", step: 1_000_000, event: "execute" },
			] as const;
			for (const sample of samples) await commit(persistence, [commitOf(sample)]);
			await commit(persistence, [commitOf({ id: "a2" })]);
			expect(await other.listCheckpoints("a")).toEqual(samples.map(keyOf));
		});

		it("lists a checkpoint that was written twice once, where it was written last", async () => {
			const { persistence, other } = await open();
			const twice = { id: "a", step: 1, event: "state_enter" } as const;
			const between = { id: "a", step: 1, event: "execute" } as const;
			for (const sample of [twice, between, twice]) await commit(persistence, [commitOf(sample)]);
			expect(await other.listCheckpoints("a")).toEqual([keyOf(between), keyOf(twice)]);
			await persistence.save(keyOf(between), bytesOf("{}"));
			expect(await other.listCheckpoints("a")).toEqual([keyOf(twice), keyOf(between)]);
		});

		it("gives the log in the order of writing, from a step on", async () => {
			const { persistence, other } = await open();
			const rows = [0, 1, 1, 2, 10, 10, 11].map((step, index) => ({ step, text: `{"row":${index}}` }));
			await commit(persistence, [rowsOf({ id: "a" }, rows.slice(0, 2))]);
			await commit(persistence, [rowsOf({ id: "a" }, rows.slice(2, 3)), rowsOf({ id: "b" }, [{ step: 5, text: "b" }])]);
			await commit(persistence, [rowsOf({ id: "a" }, rows.slice(3))]);
			expect(await other.loadLog("a", 0)).toEqual(rows);
			expect(await other.loadLog("a", 1)).toEqual(rows.slice(1));
			expect(await other.loadLog("a", 2)).toEqual(rows.slice(3));
			expect(await other.loadLog("a", 3)).toEqual(rows.slice(4));
			expect(await other.loadLog("a", 12)).toEqual([]);
			expect(await other.loadLog("b", 0)).toEqual([{ step: 5, text: "b" }]);
		});

		it("keeps the order of a log of many rows", async () => {
			const { persistence, other } = await open();
			const rows = Array.from({ length: 300 }, (_, index) => ({ step: Math.floor(index / 3), text: `${index}` }));
			await commit(persistence, [rowsOf({ id: "a" }, rows.slice(0, 250))]);
			await commit(persistence, [rowsOf({ id: "a" }, rows.slice(250))]);
			expect(await other.loadLog("a", 0)).toEqual(rows);
			expect(await other.loadLog("a", 90)).toEqual(rows.slice(270));
		});

		it("keeps texts of any length and any characters", async () => {
			const { persistence, other } = await open();
			const odd = JSON.stringify({ text: "🎉 '\"\\ \u0000 \ud800 \u2028 \r\n", __proto: "" });
			for (const [id, text] of [
				["long", longText],
				["odd", odd],
			] as const) {
				const written = commitOf({ id, context: { text } }, { origin: text, progress: text, log: [{ step: 1, text }] });
				await commit(persistence, [written]);
				expect((await other.loadExecution(id))?.origin).toBe(text);
				const { text: stored, progress } = (await other.loadCheckpoint(keyOf({ id }))) ?? {};
				expect(stored === written.checkpoint?.text && progress === text).toBe(true);
				expect((await other.loadLog(id, 1))[0]?.text).toBe(text);
			}
		});

		it("keeps odd ids, machine names and channels apart", async () => {
			const { persistence, other } = await open();
			for (const id of oddNames) {
				const { summary, ...rest } = commitOf({ id, event: "waiting", channel: id }, { log: [{ step: 1, text: id }] });
				await commit(persistence, [{ ...rest, summary: { ...summary, machine_name: id } }]);
			}
			for (const id of oddNames) {
				expect((await other.loadExecution(id))?.summary.machine_name).toBe(id);
				expect(await other.loadLog(id, 0)).toEqual([{ step: 1, text: id }]);
				expect(await other.listExecutionIds({ waitingChannel: id })).toEqual([id]);
			}
		});

		it("keeps no reference to what it was given, and hands out none of its own", async () => {
			const { persistence } = await open();
			const summary = { ...summaryOf({ id: "a", status: "failed" }) };
			const row = { step: 1, text: "1" };
			const log = [row];
			await commit(persistence, [{ summary, log }]);
			Object.assign(summary, { status: "done" });
			Object.assign(row, { text: "changed" });
			log.push({ step: 2, text: "2" });
			const read = await persistence.loadExecution("a");
			Object.assign(read?.summary ?? {}, { status: "done" });
			Object.assign(read?.summary.error ?? {}, { message: "changed" });
			for (const listed of await persistence.listExecutions()) Object.assign(listed, { status: "done" });
			for (const stored of await persistence.loadLog("a", 0)) Object.assign(stored, { text: "changed" });
			expect((await persistence.loadExecution("a"))?.summary).toEqual(summaryOf({ id: "a", status: "failed" }));
			expect(await persistence.listExecutions()).toEqual([summaryOf({ id: "a", status: "failed" })]);
			expect(await persistence.loadLog("a", 0)).toEqual([{ step: 1, text: "1" }]);
		});

		it("never shows a snapshot that is ahead of its log, nor a part of a commit", async () => {
			const { persistence, other } = await open();
			let writing = true;
			const write = async () => {
				for (let step = 1; step <= 30; step++) {
					const log = [{ step, text: `${step}` }];
					const child = commitOf({ id: "child", parent: "root", root: "root", step }, { log });
					await commit(persistence, [child, commitOf({ id: "root", step }, { log })]);
				}
				writing = false;
			};
			const read = async () => {
				let seen = 0;
				while (writing) seen = await assertWhole(other, seen);
				return assertWhole(other, seen);
			};
			const [, last] = await Promise.all([write(), read()]);
			expect(last).toBe(30);
		});
	});
}

/** Reads as a resume does: the row, the checkpoint that it names, then the log. @returns the parent's step */
async function assertWhole(persistence: PersistenceBackend, least: number): Promise<number> {
	const root = await persistence.loadExecution("root");
	if (root === null) return least;
	expect(root.summary.step).toBeGreaterThanOrEqual(least);
	expect(root.latestKey).toBe(keyOf({ id: "root", step: root.summary.step }));
	expect(await persistence.loadCheckpoint(root.latestKey ?? "")).not.toBeNull();
	expect((await persistence.loadLog("root", root.summary.step))[0]).toEqual({
		step: root.summary.step,
		text: `${root.summary.step}`,
	});
	const child = await persistence.loadExecution("child");
	expect(child?.summary.step).toBeGreaterThanOrEqual(root.summary.step);
	return root.summary.step;
}
