/** The port to triggers: how a sender wakes a dispatcher in another process (spec section 11.3). */

export interface TriggerBackend {
	/** Says that a signal was sent to `channel`. Best effort: that nobody hears it is no error. */
	notify(channel: string): Promise<void>;
}

/** Wakes nobody. */
export const noTrigger: TriggerBackend = { notify: () => Promise.resolve() };
