/** The scenarios of a machine for which `flatstate test --emit` writes tests. */
import type { Compiled } from "../../src/compile.ts";
import { type ConfirmedScenario, testMachine } from "../../src/testing/report/machine-test.ts";

/** @throws Error where the exploration and the runtime do not agree: such scenarios would say nothing */
export async function exploredScenarios(machine: Compiled): Promise<readonly ConfirmedScenario[]> {
	const { confirmed, unconfirmed } = await testMachine(machine, machine.plan.id);
	const [wrong] = unconfirmed;
	if (!wrong) return confirmed;
	throw new Error(`${machine.plan.id}: "${wrong.scenario.name}" does not replay: ${wrong.differences.join(" ")}`);
}
