/** Where workers hear that nobody waits any more for an execution that they run. */

/** Channel of signals that are addressed to executions to be given up; no execution ever waits on it. */
export const cancelChannel = "flatstate:cancel";
