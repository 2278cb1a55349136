/** What a state does, in the runtime's order: action, launch, machines, agent, output; or its waiting. */
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import { truthy } from "../../../../compiler/expression/index.ts";
import { TimeoutError } from "../../../../runtime/state/errors.ts";
import type { ActionAnswer, WaitAnswer } from "../../scenario/scenario.ts";
import { runAgent } from "./agent-model.ts";
import { runAttempts } from "./attempts-model.ts";
import { runForeach, runLaunches, runMachines } from "./child-model.ts";
import { answeredErrors, errorOf, failure } from "./given-errors.ts";
import type { ModelVisit } from "./model-visit.ts";
import { hasTimedWork, outcome } from "./outcomes.ts";

/** Does the state's work. @returns what templates see as `output` @throws what the runtime would throw */
export function runWork(visit: ModelVisit): unknown {
	const { keyResults } = visit.state;
	endInTime(visit);
	if (keyResults === undefined) {
		const { output, gives } = produce(visit);
		if (gives) visit.applyOutput(gives.output);
		visit.note(output);
		return output;
	}
	let gives: Produced["gives"];
	const { output, ...passed } = runAttempts(visit, keyResults, (part) => {
		const produced = produce(part);
		gives = produced.gives;
		return produced.output;
	});
	if (gives) visit.applyOutput(gives.output);
	visit.note(output, passed);
	return output;
}

/** What the work of a state has given. */
interface Produced {
	readonly output: unknown;
	/** What `output_to_context` sees as `output`; absent where it is not asked. */
	readonly gives?: { readonly output: unknown };
}

function produce(visit: ModelVisit): Produced {
	const { state } = visit;
	if (state.action !== undefined) runAction(visit, state.action);
	if (state.launch.length > 0) runLaunches(visit);
	if (state.foreach || state.machine) {
		const output = state.foreach
			? runForeach(visit, state.foreach)
			: state.machine && runMachines(visit, state.machine);
		const gives = { output: truthy(output) ? output : {} };
		if (state.agent === undefined) return { output, gives };
		visit.applyOutput(gives.output);
	}
	if (state.agent === undefined) return { output: undefined };
	const output = runAgent(visit, state.agent);
	return { output, gives: { output } };
}

/** @throws TimeoutError in the way in which the state's time is over before its work is done */
function endInTime(visit: ModelVisit): void {
	const { name, timeout } = visit.state;
	if (timeout === null || !hasTimedWork(visit.state)) return;
	const answer = visit.choices.pick<WaitAnswer>([{ data: null }, { timeout: true }]);
	visit.give({ kind: "time", name, answer });
	if (!("timeout" in answer)) return;
	visit.outcomes.push(outcome.timeout);
	throw new TimeoutError(name, timeout);
}

function runAction(visit: ModelVisit, name: string): void {
	const { space, state, choices } = visit;
	const found = space.actionEffects(state, name, visit.flat);
	const effects: ActionAnswer[] = (found.length === 0 ? [{}] : found).map((set) => ({ set }));
	const answer = choices.pick([...effects, ...answeredErrors(space, state, visit.flat).map(failure)]);
	visit.give({ kind: "action", name, answer });
	if ("throw" in answer) {
		visit.outcomes.push(outcome.actionFailed);
		throw errorOf(answer);
	}
	visit.outcomes.push(outcome.actionDone);
	visit.merge(answer.set);
}

/** Waits for a signal, or until the state's time is over. @throws TimeoutError, and what the channel's template throws */
export function runWait(visit: ModelVisit): unknown {
	const { space, state, choices } = visit;
	const channel = state.waitFor === undefined ? null : visit.render(state.waitFor);
	if (channel === null || channel === undefined || channel === "") {
		throw new TypeError("`wait_for` gives no channel name.");
	}
	const found = space.signals(state, visit.flat);
	const signals: WaitAnswer[] = (found.length === 0 ? [{}] : found).map((data) => ({ data }));
	const answer = choices.pick<WaitAnswer>(state.timeout === null ? signals : [...signals, { timeout: true }]);
	visit.give({ kind: "wait", name: state.name, answer });
	if ("timeout" in answer) {
		visit.outcomes.push(outcome.timeout);
		throw new TimeoutError(state.name, state.timeout ?? 0);
	}
	visit.outcomes.push(outcome.signal);
	const data = answer.data ?? null;
	visit.applyOutput(isRecord(data) ? data : { value: data });
	visit.note(data);
	return data;
}
