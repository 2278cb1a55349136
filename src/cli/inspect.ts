/** `flatstate inspect ID`: a stored execution in a browser, moment by moment, until Ctrl-C. */
import { once } from "node:events";
import { silentLogger } from "../../runtime/logging/logger.ts";
import { createRedaction } from "../inspect/redaction.ts";
import { startStoredInspector } from "../inspect/stored-inspector.ts";
import { StoredMachines } from "../stored-machine.ts";
import { type StoreCommandOptions, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { orPortError } from "./run-inspection.ts";
import { writeTo } from "./streams.ts";

export interface InspectStoredOptions extends StoreCommandOptions {
	readonly port?: number;
}

/**
 * Serves the page until it is interrupted; its address is the one line on stdout.
 * @throws UsageError for an unknown id or a port that is taken, StoreError
 */
export async function inspectCommand(executionId: string, options: InspectStoredOptions): Promise<ExitCode> {
	const { port } = options;
	return withStore(options, async (store) => {
		await using inspector = await orPortError(() =>
			startStoredInspector(executionId, {
				store,
				// Nothing is run: no hooks are loaded, no model is asked.
				machines: new StoredMachines(store, { logger: silentLogger }),
				redaction: createRedaction(),
				...(port !== undefined && { port }),
			}),
		);
		using interrupt = listenForInterrupt();
		for (const problem of inspector.problems) await writeTo(process.stderr, `Left out: ${problem}\n`);
		await writeTo(process.stdout, `${inspector.url}\n`);
		await writeTo(process.stderr, "Open the address in a browser. Stop with Ctrl-C.\n");
		if (!interrupt.signal.aborted) await once(interrupt.signal, "abort");
		return exitCodes.interrupted;
	});
}
