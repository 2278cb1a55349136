/** How every call of a port comes in: only while the store is open, and with errors that say what to do. */
import type { StoreGate } from "../store-gate.ts";
import { readFailure, writeFailure } from "./failures.ts";

export type Access = <T>(kind: "read" | "write", work: () => T | Promise<T>) => Promise<T>;

/** @param dir of the store, for messages */
export function accessTo(dir: string, gate: StoreGate): Access {
	return (kind, work) =>
		gate.run(async () => {
			try {
				return await work();
			} catch (error) {
				throw kind === "read" ? readFailure(error, dir) : writeFailure(error, dir);
			}
		});
}
