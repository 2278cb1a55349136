/** The report as plain JSON, for other programs and for `flatstate graph --coverage`: paths are relative to `dir`. */
import { relative } from "node:path";
import type { SourcePlace } from "../../../compiler/plan/plan.ts";
import type { InvariantResult } from "../property/explored-invariants.ts";
import { scenarioDocument } from "../scenario/write-scenario.ts";
import type { FailedReplay, MachineTest } from "./machine-test.ts";
import { totalsOf } from "./totals.ts";

type Json = Readonly<Record<string, unknown>>;

/** All machines with everything that was found of them, and the sums. Scenarios are as in their files. */
export function reportJson(tests: readonly MachineTest[], dir: string): Json {
	return { machines: tests.map((test) => machineJson(test, dir)), totals: totalsOf(tests) };
}

function machineJson({ plan, exploration, unconfirmed, broken, invariants }: MachineTest, dir: string): Json {
	const { machine, name, transitions, states, outcomes, endlessLoops, scenarios, assumptions, isCutShort, size } =
		exploration;
	return {
		machine,
		name,
		file: pathFrom(dir, plan.file),
		transitions: transitions.map(({ id, label, at, reach }) => ({ id, label, ...placeJson(at, dir), reach })),
		states: states.map(({ state, at, isFinal, reach, isEndless }) => ({
			state,
			...placeJson(at, dir),
			is_final: isFinal,
			is_endless: isEndless,
			reach,
		})),
		outcomes,
		endless_loops: endlessLoops,
		scenarios: scenarios.map((scenario) => scenarioDocument(scenario)),
		assumptions,
		is_cut_short: isCutShort,
		size,
		unconfirmed: unconfirmed.map(failureJson),
		broken: broken.map(failureJson),
		...(invariants && { invariants: invariants.results.map((result) => invariantJson(result, dir)) }),
	};
}

function invariantJson({ title, at, violation }: InvariantResult, dir: string): Json {
	const found = violation && {
		cause: violation.cause,
		...(violation.error !== undefined && { error: violation.error }),
		path: violation.path,
		reads: violation.reads,
		scenario: scenarioDocument(violation.scenario),
	};
	return { invariant: title, ...placeJson(at, dir), ...(found ? { status: "broken", ...found } : { status: "held" }) };
}

function failureJson({ scenario, differences }: FailedReplay): Json {
	return { scenario: scenarioDocument(scenario), differences };
}

function placeJson(at: SourcePlace | undefined, dir: string): Json {
	return at ? { at: { ...at, file: pathFrom(dir, at.file) } } : {};
}

/** With slashes, so that reports are the same everywhere. */
function pathFrom(dir: string, file: string): string {
	return relative(dir, file).replaceAll("\\", "/");
}
