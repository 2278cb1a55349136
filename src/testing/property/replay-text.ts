/** How to see a run again, for the messages of failed checks. */
import type { Scenario } from "../scenario/scenario.ts";
import { writeScenario } from "../scenario/write-scenario.ts";

/** The run as a scenario file, and the command that replays it. */
export function replayText(scenario: Scenario): string {
	return `\`flatstate run MACHINE --script FILE\` replays it with this as FILE:\n\n${writeScenario(scenario)}`;
}
