/** `launch:` of a state: machines that run on their own, in the background (spec section 10.5). */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { checkChild } from "./child.ts";
import type { ExecutionNotes } from "./child-keeper.ts";
import { ValueError } from "./errors.ts";
import type { LaunchRequest, MachineHost } from "./machine-host.ts";
import { launchRemotely } from "./remote-children.ts";
import { stepKey } from "./step-keys.ts";
import { turnToStart } from "./turns.ts";
import type { Visit } from "./visit.ts";

/**
 * Starts a machine in the background of the run, once. Resolves when it can no longer be lost.
 * @param records are told when it has ended
 */
export async function startInBackground(
	host: Pick<MachineHost, "launch">,
	request: LaunchRequest,
	records: readonly (ExecutionNotes | undefined)[],
): Promise<void> {
	const { executionId, environment } = request;
	const { background, launched } = environment;
	if (launched.has(executionId)) return;
	launched.add(executionId);
	const { started, ended } = host.launch(request);
	const running = ended.then((hasEnded) => {
		background.delete(running);
		if (hasEnded) for (const record of records) record?.ended(executionId);
	});
	background.add(running);
	if (started) await started;
}

/** Launches the state's machines; their ids are decided, and kept, before they start. */
export async function runLaunches(visit: Visit): Promise<void> {
	const { state, steps, host, environment, meta, services, machine } = visit;
	const input = state.launchInput === undefined ? {} : visit.render(state.launchInput);
	if (!isRecord(input)) throw new ValueError(`\`launch_input\` of state \`${state.name}\` is no mapping.`);
	const { recorder } = environment.keeper ?? {};
	const record = recorder?.executionOf(machine);
	// Who resumes the root finds what was launched there, also when the child that launched it has ended.
	const records = [...new Set([record, recorder?.root])];
	for (const [index, name] of state.launch.entries()) {
		const { planId, depth } = checkChild(visit, name);
		const key = stepKey.launch(index);
		const executionId = String(steps.value(stepKey.id(key), () => services.newId()));
		if (!steps.has(key)) {
			record?.intend([{ execution_id: executionId, machine: name, input, launched: false }]);
		}
		await turnToStart(visit);
		await steps.effect(key, async () => {
			environment.emit?.({ type: "launch", executionId: meta.execution_id, childId: executionId, machine: name });
			const parentExecutionId = meta.execution_id;
			const request = { name, planId, input, executionId, parentExecutionId, depth, environment };
			if (environment.invoker) await launchRemotely(visit, name, { id: executionId, input });
			else await startInBackground(host, request, records);
			const intent = { execution_id: executionId, machine: name, input, launched: true };
			for (const each of records) each?.launched(intent);
			return null;
		});
	}
}
