/** Sends a signal and wakes whoever dispatches (spec section 11.3). */
import { type Logger, silentLogger } from "../logging/logger.ts";
import type { SignalBackend } from "./signal-backend.ts";
import type { TriggerBackend } from "./trigger-backend.ts";

export interface SendOptions {
	/** Addresses the signal to one execution; default: whoever waits on the channel. */
	readonly executionId?: string;
	/** Hears of a trigger that failed. Default: nobody. */
	readonly logger?: Logger;
}

/**
 * Sends, then notifies. A trigger that fails is logged only: the signal is stored by then.
 * @returns the signal's id
 * @throws StoreError where the signal cannot be stored; nobody is notified then
 */
export async function sendAndNotify(
	signals: Pick<SignalBackend, "send">,
	trigger: TriggerBackend,
	channel: string,
	data: unknown,
	{ executionId, logger = silentLogger }: SendOptions = {},
): Promise<string> {
	const id = await signals.send(channel, data, executionId === undefined ? {} : { executionId });
	try {
		await trigger.notify(channel);
	} catch (error) {
		logger.warn(`The signal was sent to ${channel}, but the trigger failed; it is found later`, { channel, error });
	}
	return id;
}
