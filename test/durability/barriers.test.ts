/** A barrier opens when all that came before it is stored, one write follows the other, and nothing begins in a run that is over. */
import { describe, expect, it } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { Recorder } from "../../runtime/checkpoint/recorder.ts";
import { silentLogger } from "../../runtime/logging/logger.ts";
import type { JournalRecord } from "../../runtime/steps/journal.ts";
import type { ExecutionCommit } from "../../runtime/store/persistence-backend.ts";
import { FlatMachine } from "../../src/flat-machine.ts";
import { documentOf } from "../runtime/flat.ts";
import { withMethods } from "./with-methods.ts";

/** A store whose writes end when they are told to. */
function slowStore() {
	const inner = openMemoryStore();
	const pending: { readonly written: Promise<void>; readonly end: () => void; readonly fail: () => void }[] = [];
	let underWay = 0;
	let most = 0;
	const commits: (readonly ExecutionCommit[])[] = [];
	const persistence = withMethods(inner.persistence, {
		commit(list, lease) {
			commits.push(list);
			underWay += 1;
			most = Math.max(most, underWay);
			let settle: { readonly end: () => void; readonly fail: () => void } | undefined;
			const written = new Promise<void>((resolve, reject) => {
				settle = {
					end: () => {
						underWay -= 1;
						inner.persistence.commit(list, lease);
						resolve();
					},
					fail: () => reject(new Error("the disk is gone")),
				};
			});
			if (settle) pending.push({ written, ...settle });
			return written;
		},
	});
	return { store: { ...inner, persistence }, pending, commits, most: () => most };
}

const document = documentOf(
	"states:\n  one: { type: initial, agent: a, transitions: [{ to: end }] }\n  end: { type: final }",
	{
		use: ["a"],
	},
);

function journalOn({ store }: ReturnType<typeof slowStore>): {
	readonly recorder: Recorder;
	readonly journal: JournalRecord;
} {
	const machine = new FlatMachine({ config: document, store: null });
	const recorder = new Recorder({
		persistence: store.persistence,
		lease: null,
		now: () => 0,
		logger: silentLogger,
		events: null,
		onFailure: () => undefined,
	});
	const origin = { format: 1, machine: "m", input: {}, depth: 0, file: null, config_hash: null } as const;
	const identity = { id: "x", rootId: "x", parentId: null, machineName: "m", configHash: null, origin };
	const record = recorder.track(machine.actor({}, { executionId: "x" }), machine.config, identity);
	return { recorder, journal: record.visit("one") };
}

async function turn(): Promise<void> {
	await new Promise((resolve) => setImmediate(resolve));
}

function opened(barrier: Promise<void> | undefined): { isOpen: boolean } {
	const state = { isOpen: false };
	void barrier?.then(() => {
		state.isOpen = true;
	});
	return state;
}

describe("a barrier", () => {
	it("that joins a write under way opens with the write after it, also where somebody comes between the two", async () => {
		const slow = slowStore();
		const { journal } = journalOn(slow);
		const barrier = (key: string) => {
			journal.journaled(key, { output: null });
			return opened(journal.barrier());
		};
		const first = barrier("a");
		const second = barrier("b");
		let third = { isOpen: false };
		// Runs after the recorder has heard that the first write has ended, and before it begins the second.
		slow.pending[0]?.written.then(() => {
			third = barrier("c");
		});
		slow.pending[0]?.end();
		await turn();
		expect([first.isOpen, second.isOpen, third.isOpen]).toEqual([true, false, false]);
		while (slow.pending.length < 2) await turn();
		slow.pending[1]?.end();
		await turn();
		expect([second.isOpen, third.isOpen]).toEqual([true, true]);
		expect(slow.most()).toBe(1);
		const texts = slow.commits.flatMap((list) => list.flatMap(({ log }) => log.map(({ text }) => text)));
		expect(texts.map((text) => JSON.parse(text).map(({ key }: { readonly key: string }) => key))).toEqual([
			["a"],
			["b", "c"],
		]);
	});

	it("never opens once a write has failed, and the flush says why", async () => {
		const slow = slowStore();
		const { recorder, journal } = journalOn(slow);
		journal.journaled("a", { output: null });
		const first = opened(journal.barrier());
		const second = opened(journal.barrier());
		const flushed = recorder.flush();
		slow.pending[0]?.fail();
		await expect(flushed).rejects.toMatchObject({ code: "store_write_failed" });
		await expect(recorder.flush()).rejects.toMatchObject({ code: "store_write_failed" });
		const third = opened(journal.barrier());
		await turn();
		expect([first.isOpen, second.isOpen, third.isOpen]).toEqual([false, false, false]);
	});

	it("does not open for a run that was aborted while it was written: no call is begun for nothing", async () => {
		const slow = slowStore();
		let calls = 0;
		const script = () => {
			calls += 1;
			return { n: 1 };
		};
		const machine = new FlatMachine({ config: document, store: slow.store, script });
		const controller = new AbortController();
		const run = machine.run({}, { executionId: "x", signal: controller.signal });
		while (slow.pending.length === 0) await turn();
		controller.abort();
		for (let ended = 0; ended < 2; ended++) {
			while (slow.pending.length === ended) await turn();
			slow.pending[ended]?.end();
		}
		expect(await run).toMatchObject({ status: "stopped", reason: "aborted" });
		expect(calls).toBe(0);
		expect(slow.most()).toBe(1);
	});
});
