/** Key results that nobody can judge, that can never hold, or that stand where there is no work to repeat. */
import type { Expression } from "../expression/nodes.ts";
import type { StatePlan } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { checkPlaces } from "./places.ts";

export function checkKeyResults(machine: CheckedMachine): void {
	const { plan } = machine;
	for (const state of plan.states) {
		if (state.keyResults === undefined) continue;
		checkWork(machine, state);
		checkJudge(machine, state);
		for (const { condition, path } of checkPlaces(machine, state)) {
			if (condition.node.kind !== "simple" || condition.node.expression === null) continue;
			const what = neverBoolean(condition.node.expression);
			if (what === undefined) continue;
			const message = `this check gives ${what}, and only \`true\` is a pass`;
			machine.report("FS5007", { path, at: "value", message, suggestion: "compare it: `… > 0`, `… == 'yes'`" });
		}
	}
	checkJudgeIsAsked(machine);
	checkContextKeys(machine);
}

/** Whether a state does something that another attempt could do better. */
function checkWork(machine: CheckedMachine, state: StatePlan): void {
	const { waitFor, agent, action, machine: call, foreach } = state;
	const works = [agent, action, call, foreach].some((part) => part !== undefined);
	if (works && waitFor === undefined) return;
	const message =
		waitFor === undefined
			? `\`${state.name}\` does no work, so another attempt would give the same`
			: `\`${state.name}\` waits for a signal: there is no work to do again`;
	machine.report("FS4119", {
		path: machine.path("states", state.name, "key_results"),
		at: "key",
		message,
		suggestion: waitFor === undefined ? "decide with conditions of transitions" : "check the data in the next state",
	});
}

function checkJudge(machine: CheckedMachine, state: StatePlan): void {
	if (machine.plan.settings.validator !== undefined) return;
	const written = machine.written(state).key_results;
	for (const { name, check } of state.keyResults?.items ?? []) {
		if (check.kind !== "judged" || !Array.isArray(written)) continue;
		const index = written.findIndex((entry: unknown) => Object(entry).name === name);
		machine.report("FS4117", {
			path: machine.path("states", state.name, "key_results", index),
			message: `nobody tells whether \`${name}\` holds: it has no \`check\`, and there is no \`settings.validator\``,
			suggestion: "add a `check`, or name the agent that judges in `settings.validator`",
		});
	}
}

function checkJudgeIsAsked({ plan, path, report }: CheckedMachine): void {
	if (plan.settings.validator === undefined) return;
	const judged = plan.states.some(({ keyResults }) => keyResults?.items.some(({ check }) => check.kind === "judged"));
	if (judged) return;
	const message = "`validator` does nothing: no state has a key result without a `check`";
	report("FS4110", { path: path("settings", "validator"), at: "key", message });
}

/** Keys of the context that the runtime writes where a machine asks for it. */
function checkContextKeys({ plan, path, report }: CheckedMachine): void {
	const written: (readonly [string, string, boolean])[] = [
		["attempt", "`key_results`", plan.states.some(({ keyResults }) => keyResults !== undefined)],
		["history", "`settings.history`", plan.settings.history],
	];
	for (const [key, why, isWritten] of written) {
		if (!isWritten) continue;
		const message = `\`context.${key}\` is the runtime's, which writes it for ${why}`;
		if (key !== "history" && plan.context.some(([own]) => own === key))
			report("FS4109", { path: path("context", key), at: "key", message });
		for (const { name, outputToContext } of plan.states) {
			if (outputToContext.some(([own]) => own === key))
				report("FS4109", { path: path("states", name, "output_to_context", key), at: "key", message });
		}
	}
}

/** What an expression gives that can be no boolean; undefined where it may be one. */
function neverBoolean(node: Expression): string | undefined {
	switch (node.kind) {
		case "literal":
			return typeof node.value === "boolean" ? undefined : node.value === null ? "nothing" : `a ${typeof node.value}`;
		case "binary":
		case "unary":
			return "a number or text";
		case "list":
			return "a list";
		case "call": {
			const name = node.callee.kind === "name" ? node.callee.name : "";
			if (name === "size" || name === "count") return "a number";
			return name === "contains" || name === "matches" ? undefined : "a text";
		}
		default:
			return undefined;
	}
}
