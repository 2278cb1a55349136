/** `flatstate/inspect`: runs and stored executions in a browser, on 127.0.0.1, and in Stately's inspector. */
import { randomUUID } from "node:crypto";
import type { FlatMachine } from "./flat-machine.ts";
import { type RunInspector, type RunInspectorOptions, startRunInspector } from "./inspect/run-inspector.ts";

export { InspectorError } from "./inspect/local-server.ts";
export type * from "./inspect/protocol.ts";
export { createRedaction, type Redaction, type RedactionOptions } from "./inspect/redaction.ts";
export { type RunInspector, type RunInspectorOptions, startRunInspector } from "./inspect/run-inspector.ts";
export { type StatelyInspection, type StatelyInspectOptions, statelyInspect } from "./inspect/stately-inspect.ts";
export {
	type StoredInspector,
	type StoredInspectorOptions,
	startStoredInspector,
} from "./inspect/stored-inspector.ts";

/**
 * Starts the inspector for one run of a machine.
 *
 * ```ts
 * await using inspector = await inspectMachine(machine);
 * console.log(inspector.url);
 * const result = await machine.run(input, inspector.runOptions);
 * inspector.ended(result);
 * ```
 * @throws InspectorError where the port cannot be listened on
 */
export function inspectMachine(
	machine: FlatMachine,
	options: Partial<Omit<RunInspectorOptions, "set" | "signals">> = {},
): Promise<RunInspector> {
	const signals = async () => (await machine.store())?.signals;
	return startRunInspector({ executionId: randomUUID(), ...options, set: machine.set, signals });
}
