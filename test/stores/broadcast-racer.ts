/** A process that sends a signal and broadcasts, when it is told to, on a store in a folder: for the race of processes. */
import { openFileStore } from "../../adapters/stores/files/index.ts";

const { signals } = await openFileStore(process.argv[2] ?? "");
const executions = ["a", "b", "c"];

process.on("message", async () => {
	await signals.send("go", process.pid);
	let given = 0;
	while ((await signals.broadcast("go", executions)) !== null) given++;
	process.send?.(given);
});
process.send?.("ready");
