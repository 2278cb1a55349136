/** How a run ended, for the page. */
import type { RunResult } from "../../runtime/machine/run-result.ts";
import type { Redaction } from "./redaction.ts";
import type { End } from "./session.ts";

export function endOf(result: RunResult, redaction: Redaction): End {
	switch (result.status) {
		case "done":
			return { type: "end", status: "done", output: redaction.value(result.output) };
		case "failed":
			return { type: "end", status: "failed", error: redaction.error(result.error) };
		case "waiting":
			return waitingEnd(result, redaction);
		case "stopped": {
			const { reason, output } = result;
			const why = reason === "aborted" ? "The run was aborted." : `The run was stopped: ${reason}.`;
			return { type: "end", status: "stopped", output: redaction.value(output), error: why };
		}
	}
}

function waitingEnd(
	{ channel, sleeping: [first] }: Extract<RunResult, { status: "waiting" }>,
	redaction: Redaction,
): End {
	if (channel !== null) return { type: "end", status: "waiting", channel: redaction.text(channel) };
	return { type: "end", status: "waiting", ...(first && { wakeAt: first.until }) };
}
