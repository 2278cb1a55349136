/** The other end of a trigger: how a dispatcher hears that a signal was sent in another process (spec section 11.3). */

/**
 * Listens until what it resolves to is called.
 * @param wake called with the channel; with null where the trigger does not say which
 * @returns stops the listening
 */
export type TriggerListener = (wake: (channel: string | null) => void) => Promise<() => Promise<void>>;
