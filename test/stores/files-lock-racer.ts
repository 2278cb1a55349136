/** A process that takes and gives back a lease when it is told to, for the race of real processes. */
import { openFileStore } from "../../adapters/stores/files/index.ts";
import type { Lease } from "../../runtime/store/execution-lock.ts";

const store = await openFileStore(process.argv[2] ?? "");
let lease: Lease | null = null;

process.on("message", async (message) => {
	if (message === "release" && lease !== null) await store.lock?.release(lease);
	if (message === "acquire") lease = (await store.lock?.acquire("run")) ?? null;
	process.send?.(message === "acquire" ? (lease?.token ?? 0) : "released");
});
process.send?.("ready");
