/** `replay`, which emitted tests call: one run of a machine whose surroundings answer with what the test gives. */
import { FlatstateError } from "../../../runtime/errors.ts";
import { pathName } from "../explore/scenario-path.ts";
import { replayScenario } from "../scenario/replay.ts";
import { type ScenarioScript, transitionKey } from "../scenario/scenario.ts";
import type { ReplayedMachine } from "./inner-machine.ts";
import { inputsOf, type RunInputs } from "./run-inputs.ts";

/** What a run is given from outside. What is left out is empty. */
export type ReplayAnswers = Partial<ScenarioScript>;

export interface ReplayedRun {
	/** Every YAML state that was entered, in order. */
	readonly path: readonly string[];
	/** Every transition that was taken: `review#1` is the state's second one, `review!TimeoutError` a route of its errors. */
	readonly taken: readonly string[];
	/**
	 * What agents and child machines were given as input, by kind and name, in the order in which they were asked. The same
	 * input several times in a row (retries, samples, votes) is there once.
	 */
	readonly inputs: RunInputs;
	readonly status: "done" | "failed" | "stopped" | "waiting";
	/** Where `status` is `done`. */
	readonly output: unknown;
	/** The error's name as `on_error` has it, where `status` is `failed`. */
	readonly error: string | undefined;
	/** The limit, or `hook`, where `status` is `stopped`. */
	readonly reason: string | undefined;
	/** What the run waits on, where `status` is `waiting`. */
	readonly channel: string | undefined;
	/** The final context, without `machine`. */
	readonly context: Readonly<Record<string, unknown>>;
}

/** So many of the transitions that were taken last are told. */
const MOST_TOLD = 12;

/** A run that asked for more answers than it was given, or did not ask for all of them. */
export class AnswersMismatchError extends FlatstateError {
	readonly path: readonly string[];
	readonly taken: readonly string[];

	constructor(differences: readonly string[], { path, taken }: Pick<ReplayedRun, "path" | "taken">) {
		const last = taken.slice(-MOST_TOLD);
		const before = last.length < taken.length ? "…, " : "";
		const by = taken.length === 0 ? "" : `, and took ${before}${last.join(", ")}`;
		super("answers_mismatch", `${differences.join(" ")} The run went ${pathName(path)}${by}.`);
		this.path = path;
		this.taken = taken;
	}
}

/**
 * Runs a compiled machine on the real runtime with everything around it answered by `answers`: agents, child machines,
 * actions and signals, each list used up in the order in which the run asks. Hooks are not called, and nothing really
 * waits. What fails the run is in the result, not thrown.
 * @param machine what `compileFile` or `compile` gives, a `FlatMachine`, or an `innerMachine`
 * @throws AnswersMismatchError where the run asks for an answer that is not there, or leaves one over
 */
export async function replay(machine: ReplayedMachine, answers: ReplayAnswers = {}): Promise<ReplayedRun> {
	const { path, taken, ending, context, differences, asked } = await replayScenario(
		machine,
		{
			name: "",
			input: {},
			agents: {},
			machines: {},
			actions: {},
			waits: {},
			...answers,
		},
		machine.planId === undefined ? {} : { planId: machine.planId },
	);
	const way = { path, taken: taken.map(transitionKey) };
	if (ending === undefined || differences.length > 0) throw new AnswersMismatchError(differences, way);
	return {
		...way,
		inputs: inputsOf(asked),
		status: ending.status,
		output: ending.status === "done" ? ending.output : undefined,
		error: ending.status === "failed" ? ending.error : undefined,
		reason: ending.status === "stopped" ? ending.reason : undefined,
		channel: ending.status === "waiting" ? ending.channel : undefined,
		context,
	};
}
