/** `flatstate signal CHANNEL`: sends a signal to executions that wait, or will wait, for it. */
import { TriggerError } from "../../adapters/triggers/errors.ts";
import { loggerFromEnv } from "../../runtime/logging/environment.ts";
import type { Logger } from "../../runtime/logging/logger.ts";
import { sendAndNotify } from "../../runtime/signals/send-and-notify.ts";
import type { TriggerBackend } from "../../runtime/signals/trigger-backend.ts";
import type { Store } from "../../runtime/store/store.ts";
import { requireExecution, type StoreCommandOptions, storeUrl, withStore } from "./executions-store.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { readValue } from "./read-input.ts";
import { writeTo } from "./streams.ts";
import { type TriggerChoice, triggerOf } from "./trigger-option.ts";
import { UsageError } from "./usage-error.ts";

export interface SignalCommandOptions extends StoreCommandOptions {
	/** JSON, `@file` or `@-`. */
	readonly data: string;
	/** The execution that it is for; default: whoever waits on the channel. */
	readonly to?: string;
	readonly trigger?: TriggerChoice;
}

/**
 * Sends and notifies; the signal's id is the one line on stdout.
 * @throws UsageError for data that are no JSON, a store that is not there, and an execution that is unknown or has ended
 */
export async function signalCommand(channel: string, options: SignalCommandOptions): Promise<ExitCode> {
	if (channel === "") throw new UsageError("The channel's name is empty.");
	requireShared(storeUrl(options));
	const { value: data } = await readValue(options.data, "--data");
	const logger = loggerFromEnv();
	const trigger = await triggerOrUsageError(options.trigger, logger);
	const { to } = options;
	return withStore(options, async (store) => {
		if (to !== undefined) await requireAlive(store, to);
		const id = await sendAndNotify(store.signals, trigger, channel, data, {
			logger,
			...(to !== undefined && { executionId: to }),
		});
		await writeTo(process.stdout, `${id}\n`);
		return exitCodes.done;
	});
}

/** @throws UsageError for a store that nobody else can see */
export function requireShared(url: string): void {
	if (!/^\s*memory:/i.test(url)) return;
	throw new UsageError("`memory:` is a store that ends with this command. Name one that other processes use, too.");
}

async function requireAlive(store: Store, executionId: string): Promise<void> {
	const { summary } = await requireExecution(store, executionId);
	if (summary.status === "done") throw new UsageError(`Execution ${executionId} has ended: it takes no more signals.`);
}

async function triggerOrUsageError(choice: TriggerChoice | undefined, logger: Logger): Promise<TriggerBackend> {
	try {
		return await triggerOf(choice ?? { kind: "none" }, logger);
	} catch (error) {
		if (error instanceof TriggerError) throw new UsageError(error.message, { cause: error });
		throw error;
	}
}
