/** The example `scheduler`: loans sleep through the days, are woken by time or by signal, and cost the dispatcher nothing. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { SignalDispatcher } from "../../runtime/signals/dispatcher.ts";
import { openStore } from "../../src/open-store.ts";
import { temporaryFolder } from "../agents/temporary-folder.ts";
import { root } from "../build-package.ts";
import { commitOf } from "../stores/contract/samples.ts";
import { exampleMachine } from "./example-machine.ts";

const day = 24 * 60 * 60 * 1000;

test("a loan is reminded after three days and written off after seven, unless a signal says that the tool is back", async () => {
	let days = 0;
	const now = () => days * day;
	await using store = await openStore("memory:", { now });
	const machine = await exampleMachine("scheduler", "loan.yml", { store, now });
	const { signals, persistence } = store;
	const resume = (id: string) => machine.resume(id);
	const dispatcher = new SignalDispatcher({ signals, persistence, resume, now });
	const states = async () =>
		(await persistence.listExecutions({})).map(({ current_state, status }) => `${current_state} ${status}`);
	for (const number of [1, 2, 3]) await machine.run({ number, tool: "a saw" }, { executionId: `loan-${number}` });

	days = 2.99;
	expect(await dispatcher.dispatchDue()).toEqual([]);
	await signals.send("returned/1", {});
	expect(await dispatcher.dispatchAll()).toEqual(new Map([["returned/1", ["loan-1"]]]));
	days = 3;
	expect(await dispatcher.dispatchDue()).toEqual(["loan-2", "loan-3"]);
	expect(await states()).toEqual(["end done", "reminded waiting", "reminded waiting"]);
	days = 6.99;
	expect(await dispatcher.dispatchDue()).toEqual([]);
	await signals.send("returned/2", {});
	expect(await dispatcher.dispatch("returned/2")).toEqual(["loan-2"]);
	days = 7;
	expect(await dispatcher.dispatchDue()).toEqual(["loan-3"]);
	expect(await states()).toEqual(["end done", "end done", "end done"]);
	const results = [1, 2, 3].map((number) => store.results.read(`flatagents://loan-${number}/result`));
	expect(await Promise.all(results)).toEqual([true, true, false].map((returned) => ({ tool: "a saw", returned })));
});

test("the dispatcher's memory is the same whether a hundred sleep or ten thousand", async () => {
	await using folder = await temporaryFolder();
	const address = `sqlite:${folder.path}/loans.db`;
	await using store = await openStore(address);
	const sleep = (from: number, to: number) => {
		const ids = Array.from({ length: to - from }, (_, index) => `loan-${from + index}`);
		const commits = ids.map((id) => commitOf({ id, event: "waiting", channel: `returned/${id}`, wakeAt: 9 * day }));
		return store.persistence.commit(commits, null);
	};
	const dispatcher = fork(`${root}/examples/scheduler/dispatcher.mjs`, [address], { silent: true });
	try {
		const look = async (): Promise<unknown> => {
			dispatcher.send({ now: 2 * day });
			return (await once(dispatcher, "message"))[0];
		};
		await sleep(0, 100);
		// What is loaded once is there after the first look.
		await look();
		const few = Object(await look());
		await sleep(100, 10_000);
		const many = Object(await look());
		expect(many).toMatchObject({ bySignal: 0, byTime: 0, actors: 0 });
		// A hundred bytes for each would be a megabyte.
		expect(many.heap - few.heap).toBeLessThan(1e6);
	} finally {
		dispatcher.kill();
	}
});
