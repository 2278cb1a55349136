/** Tests one machine: explores it, replays every scenario on the real runtime, and adds what the user wrote. */
import type { MachinePlan } from "../../../compiler/plan/plan.ts";
import type { CompiledSet } from "../../../runtime/machine/compiled-set.ts";
import { type Exploration, type ExploreMachineOptions, exploreMachine } from "../explore/index.ts";
import { checkInvariantsOf, type ExploredInvariants } from "../property/explored-invariants.ts";
import { replayScenario } from "../scenario/replay.ts";
import type { Scenario, WrittenScenario } from "../scenario/scenario.ts";
import type { Asked } from "../scenario/script-answers.ts";
import { withScenarios } from "./with-scenarios.ts";

/** A scenario whose replay went another way than it says. */
export interface FailedReplay {
	readonly scenario: WrittenScenario;
	/** At least one sentence. */
	readonly differences: readonly string[];
}

export interface ConfirmedScenario extends Scenario {
	readonly asked: Asked;
}

/** What a test of one machine found. */
export interface MachineTest {
	readonly plan: MachinePlan;
	/** With the user's scenarios, which come last. */
	readonly exploration: Exploration;
	/** Scenarios that replay as they say, the user's last, with what agents and child machines are given in each. */
	readonly confirmed: readonly ConfirmedScenario[];
	/** Scenarios that the exploration made and the real runtime did not confirm: a fault of the tool. */
	readonly unconfirmed: readonly FailedReplay[];
	/** The user's scenarios that go another way than they say. */
	readonly broken: readonly FailedReplay[];
	/** What became of `metadata.invariants`; absent where there are none. */
	readonly invariants?: ExploredInvariants;
}

export interface MachineTestOptions extends Pick<ExploreMachineOptions, "extra" | "bounds" | "machine"> {
	/** Scenarios of the user's for this machine; a name alone is not enough for two. */
	readonly scenarios?: readonly WrittenScenario[];
}

/**
 * Tests machine `planId` of a compiled set by itself: its children are answered for.
 * @param compiled as `compileFile` gives it
 */
export async function testMachine(
	compiled: { readonly set: CompiledSet; readonly plans: ReadonlyMap<string, MachinePlan> },
	planId: string,
	{ scenarios: own = [], ...options }: MachineTestOptions = {},
): Promise<MachineTest> {
	const plan = compiled.set.plan(planId);
	const explored = exploreMachine(plan, { ...options, plans: compiled.plans });
	const confirmed: ConfirmedScenario[] = [];
	const unconfirmed: FailedReplay[] = [];
	for (const scenario of explored.scenarios) {
		const { differences, asked } = await replayScenario(compiled, scenario, { planId });
		if (differences.length > 0) unconfirmed.push({ scenario, differences });
		else confirmed.push({ ...scenario, asked });
	}
	const broken: FailedReplay[] = [];
	const replayed: ConfirmedScenario[] = [];
	for (const scenario of own) {
		const { path, taken, ending, context, differences, asked } = await replayScenario(compiled, scenario, { planId });
		if (differences.length > 0 || !ending) broken.push({ scenario, differences });
		else replayed.push({ ...scenario, path, taken, ending, context, asked });
	}
	const exploration = withScenarios(explored, replayed.map(withoutInputs));
	const { extra } = options;
	const invariants = await checkInvariantsOf(compiled, exploration, { planId, ...(extra && { extra }) });
	return {
		plan,
		exploration,
		confirmed: [...confirmed, ...replayed],
		unconfirmed,
		broken,
		...(invariants.results.length > 0 && { invariants }),
	};
}

function withoutInputs({ asked: _, ...scenario }: ConfirmedScenario): Scenario {
	return scenario;
}
