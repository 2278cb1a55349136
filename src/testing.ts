/** `flatstate/testing`: what tests of machines need: scripted agents, the embedded model server, files in memory. */
export * from "../adapters/mock-model/index.ts";
export * from "../adapters/scripted/index.ts";
export { memoryLoader } from "../compiler/document/memory-loader.ts";
export { innerMachine, type ReplayedMachine, UnknownInnerMachineError } from "./testing/emit/inner-machine.ts";
export { times } from "./testing/emit/repeats.ts";
export { AnswersMismatchError, type ReplayAnswers, type ReplayedRun, replay } from "./testing/emit/replay-run.ts";
export type { RunInputs } from "./testing/emit/run-inputs.ts";
export type {
	DeadReason,
	Exploration,
	OutcomeReach,
	Reach,
	StateReach,
	TransitionReach,
} from "./testing/explore/index.ts";
export * from "./testing/property/index.ts";
export {
	type FailedReplay,
	type MachineTest,
	type MachineTestOptions,
	testMachine,
} from "./testing/report/machine-test.ts";
export { InvalidScenarioError } from "./testing/scenario/errors.ts";
export { readScenario, type ScenarioFile } from "./testing/scenario/read-scenario.ts";
export { type Replay, type ReplayOptions, replayScenario } from "./testing/scenario/replay.ts";
export type {
	ActionAnswer,
	ChildAnswer,
	Ending,
	Scenario,
	TransitionId,
	WaitAnswer,
	WrittenScenario,
} from "./testing/scenario/scenario.ts";
export { type WriteOptions, writeScenario } from "./testing/scenario/write-scenario.ts";
