/** Tells a run's events to the log: `INFO` what was entered, called and launched, `DEBUG` also what began. */
import type { Logger } from "../../runtime/logging/logger.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import { counted } from "./print-diagnostics.ts";

/** Logs one event; pieces of streams are left out, and retries, which the runtime logs itself. */
export function logRunEvent(event: RunEvent, logger: Logger): void {
	const execution = { execution_id: event.executionId };
	switch (event.type) {
		case "state":
			logger.info(`State ${event.state}, step ${event.step}`, { machine: event.machine, ...execution });
			return;
		case "agent_start":
			logger.debug(`Agent ${event.agent} is called`, { state: event.state, ...execution });
			return;
		case "agent_end": {
			const { agent, state, calls, cost, error } = event;
			const fields = { state, cost, ...(error !== undefined && { reason: error }), ...execution };
			logger.info(`Agent ${agent} ${error === undefined ? "answered" : "failed"}, ${counted(calls, "call")}`, fields);
			return;
		}
		case "tool_start":
			logger.debug(`Tool ${event.tool} is called`, { state: event.state, ...execution });
			return;
		case "tool_end":
			logger.info(`Tool ${event.tool} ${event.isError ? "failed" : "ran"}`, { state: event.state, ...execution });
			return;
		case "child_start":
		case "child_end":
			logger.debug(`Child ${event.machine} ${event.type === "child_start" ? "starts" : "ended"}`, {
				child_id: event.childId,
				...execution,
			});
			return;
		case "launch":
			logger.info(`Launches ${event.machine}`, { child_id: event.childId, ...execution });
			return;
		default:
	}
}
