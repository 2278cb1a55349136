/** `action:` of a state: the hooks' `onAction`, or an actor that the user provided in its place. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import { actorName } from "../../compiler/xstate/names.ts";
import { callAction } from "../hooks/call.ts";
import { hasMethod } from "../hooks/methods.ts";
import { inSpan } from "../telemetry/telemetry.ts";
import { actionRunOf } from "./action-run.ts";
import { ValueError } from "./errors.ts";
import { stepKey } from "./step-keys.ts";
import type { Visit } from "./visit.ts";

/** Runs the action; what it returns becomes the context. An action has no output (spec section 7). */
export async function runAction(visit: Visit, action: string): Promise<void> {
	const { span } = visit;
	const override = visit.actor(actorName.action(action));
	if (override) {
		const outcome = await visit.steps.spawn(stepKey.action(action), {
			logic: override,
			src: actorName.action(action),
			input: { state: visit.state.name, context: visit.context },
			kind: "leaf",
		}).outcome;
		if ("error" in outcome) throw outcome.error;
		take(visit, action, outcome.output);
		return;
	}
	const hooks = await visit.hooks();
	if (!hasMethod(hooks, "onAction")) {
		visit.services.logger.warn(`No hooks answer action \`${action}\`: the context stays as it is.`, {
			state: visit.state.name,
		});
		return;
	}
	const call = () => callAction(hooks, action, visit.context, { state: visit.state.name, run: actionRunOf(visit) });
	const context = await visit.steps.effect(stepKey.action(action), () =>
		span ? inSpan(span, { kind: "action", action }, call) : call(),
	);
	take(visit, action, context);
}

function take(visit: Visit, action: string, context: unknown): void {
	if (!isRecord(context)) throw new ValueError(`Action \`${action}\` gave no context.`);
	visit.replaceContext(context);
}
