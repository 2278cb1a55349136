/** The stores against which dispatching is tested. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openMemoryStore } from "../../adapters/stores/memory/index.ts";
import { openStore } from "../../src/open-store.ts";
import type { DispatchPorts } from "./parked.ts";

/** By name. What they open is closed and removed after the test. */
export const ports: readonly (readonly [string, () => Promise<DispatchPorts>])[] = [
	["memory", async () => portsOf(openMemoryStore())],
	["SQLite", openSqlite],
];

/** The part of a store that a dispatcher asks. */
export function portsOf({ signals, persistence }: DispatchPorts): DispatchPorts {
	return { signals, persistence };
}

async function openSqlite(): Promise<DispatchPorts> {
	const folder = mkdtempSync(join(tmpdir(), "dispatch-"));
	const store = await openStore(`sqlite:${join(folder, "store.sqlite")}`);
	onTestFinished(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});
	return portsOf(store);
}
