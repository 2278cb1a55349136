/** A process that lends tools: begins so many loans, and ends when all of them sleep. */
import { FlatMachine } from "flatstate";

const { store, now, first, count } = JSON.parse(process.argv[2]);
const machine = new FlatMachine({ file: `${import.meta.dirname}/config/loan.yml`, store, now: () => now });
const statuses = {};
for (let number = first; number < first + count; number += 1) {
	const { status } = await machine.run({ number, tool: `tool ${number}` }, { executionId: `loan-${number}` });
	statuses[status] = (statuses[status] ?? 0) + 1;
}
await machine.close();
process.send(statuses);
process.disconnect();
