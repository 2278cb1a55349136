/** `launch:` of a state: machines that run on their own, in the background (spec section 10.5). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { checkChild } from "./child.ts";
import { ValueError } from "./errors.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

/** Launches the state's machines; their ids are decided, and kept, before they start. */
export async function runLaunches(visit: Visit): Promise<void> {
	const { state, steps, host, environment, meta, services } = visit;
	const input = state.launchInput === undefined ? {} : visit.render(state.launchInput);
	if (!isRecord(input)) throw new ValueError(`\`launch_input\` of state \`${state.name}\` is no mapping.`);
	for (const [index, name] of state.launch.entries()) {
		const { planId, depth } = checkChild(visit, name);
		const executionId = String(steps.value(`launch.${index}.id`, () => services.newId()));
		await turnToStart(visit);
		await steps.effect(`launch.${index}`, () => {
			environment.emit?.({ type: "launch", executionId: meta.execution_id, childId: executionId, machine: name });
			const running = host.launch({
				planId,
				input,
				executionId,
				parentExecutionId: meta.execution_id,
				depth,
				environment,
			});
			environment.background.add(running);
			running.finally(() => environment.background.delete(running));
			return null;
		});
	}
}
