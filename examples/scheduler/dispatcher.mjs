/** The one process that wakes. It is told the time, and says whom it has woken and what it holds in memory after that. */
import { queryObjects } from "node:v8";
import { FlatMachine, openStore, SignalDispatcher } from "flatstate";
import { Actor } from "xstate";

let time = 0;
const now = () => time;
const store = await openStore(process.argv[2], { now });
const machine = new FlatMachine({ file: `${import.meta.dirname}/config/loan.yml`, store, now });
const dispatcher = new SignalDispatcher({
	signals: store.signals,
	persistence: store.persistence,
	resume: (executionId) => machine.resume(executionId),
	now,
});

process.on("message", async (message) => {
	time = message.now;
	const bySignal = [...(await dispatcher.dispatchAll()).values()].flat().length;
	const byTime = (await dispatcher.dispatchDue()).length;
	await new Promise(setImmediate);
	// Counts after a full garbage collection: an execution that runs is an actor of XState, one that sleeps is none.
	const actors = queryObjects(Actor, { format: "count" });
	process.send({ bySignal, byTime, actors, heap: process.memoryUsage().heapUsed });
});
process.on("disconnect", () => store.close());
