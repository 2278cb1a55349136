import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "flatstate";

export const summary = "deep sleep: 2,000 executions that sleep for days in no process, woken by time and by signals";

const day = 24 * 60 * 60 * 1000;
const monday = Date.UTC(2030, 0, 7);

export async function run({ log }) {
	const folder = await mkdtemp(join(tmpdir(), "scheduler-"));
	const address = `sqlite:${folder}/loans.db`;
	const dispatcher = fork(`${import.meta.dirname}/dispatcher.mjs`, [address], {
		execArgv: ["--disable-warning=ExperimentalWarning"],
	});
	const exited = once(dispatcher, "exit");
	try {
		// The days of this library pass as fast as the example moves its clock on; all else is as it would be.
		const week = [];
		const endDay = async (name, now, happened = {}) => {
			dispatcher.send({ now });
			const [{ bySignal, byTime, actors }] = await once(dispatcher, "message");
			const asleep = await count(address, "waiting");
			log(`${name}: ${bySignal + byTime} woken, ${asleep} asleep`);
			week.push({
				day: name,
				...happened,
				woken_by_signal: bySignal,
				woken_by_time: byTime,
				asleep,
				in_memory: actors,
			});
		};

		const lent = await lend({ store: address, now: monday, first: 1, count: 500 });
		await endDay("Monday", monday, { lent });
		const more = await lend({ store: address, now: monday + day, first: 501, count: 1500 });
		await endDay("Tuesday", monday + day, { lent: more });
		// Every 40th tool comes back: a signal on the channel of its loan.
		const returned = await giveBack(address, (number) => number % 40 === 0);
		await endDay("Wednesday", monday + 2 * day, { returned });
		// Three days after Monday those that were lent then and are not back are reminded, and sleep for four days more.
		await endDay("Thursday", monday + 3 * day);
		// A signal wakes whoever it is for, however long it would have slept.
		const late = await giveBack(address, (number) => number % 40 === 1 && number <= 500);
		await endDay("Thursday night", monday + 3.5 * day, { returned: late });
		return { week, returned: await count(address, "done") };
	} finally {
		if (dispatcher.connected) dispatcher.disconnect();
		await exited;
		await rm(folder, { recursive: true });
	}
}

/** Lends in a process of its own. @returns how many loans sleep when that process is gone */
async function lend(loans) {
	const lender = fork(`${import.meta.dirname}/lender.mjs`, [JSON.stringify(loans)]);
	const [[statuses]] = await Promise.all([once(lender, "message"), once(lender, "close")]);
	return statuses.waiting;
}

async function giveBack(address, isReturned) {
	const store = await openStore(address);
	try {
		const numbers = Array.from({ length: 2000 }, (_, index) => index + 1).filter(isReturned);
		for (const number of numbers) await store.signals.send(`returned/${number}`, { by: "the borrower" });
		return numbers.length;
	} finally {
		await store.close();
	}
}

/** As `flatstate executions list --status waiting --json | jq length` counts. */
async function count(address, status) {
	const store = await openStore(address);
	try {
		return (await store.persistence.listExecutions({ status })).length;
	} finally {
		await store.close();
	}
}
