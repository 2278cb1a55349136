/** `tools` of a state (spec of fsm-agent-flow, section 18.1): the tools that it offers, some of which pause. */
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownNumber, ownString } from "../document/plain-data.ts";
import type { BuildScope } from "./build-scope.ts";
import type { StateToolPlan, ToolPausePlan } from "./plan.ts";
import { planStructure } from "./structure.ts";

/** Plans `tools`; undefined where the key is absent. An empty list offers no tool. */
export function planTools(value: unknown, path: DocumentPath, scope: BuildScope): readonly StateToolPlan[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.flatMap((entry: unknown, index) => {
		const name = typeof entry === "string" ? entry : ownString(entry, "name");
		if (!name) return [];
		const pause = planPause(entry, [...path, index], scope);
		return [{ name, ...(pause && { pause }) }];
	});
}

function planPause(entry: unknown, path: DocumentPath, scope: BuildScope): ToolPausePlan | undefined {
	const kind = own(entry, "pause");
	if (kind !== "wait" && kind !== "break") return undefined;
	const description = ownString(entry, "description");
	const parameters = own(entry, "parameters");
	const channel = own(entry, "channel");
	return {
		kind,
		...(description !== undefined && { description }),
		...(isRecord(parameters) && { parameters }),
		...(channel !== undefined && channel !== null && { channel: planStructure(channel, [...path, "channel"], scope) }),
		timeout: ownNumber(entry, "timeout") || null,
	};
}
