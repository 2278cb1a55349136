/** One YAML state -> `StatePlan` (spec section 7). Tolerant: what cannot be read is left out, the schema reports it. */
import type { DocumentPath } from "../document/document.ts";
import { isRecord, own, ownNumber, ownString } from "../document/plain-data.ts";
import { type BuildScope, bareRoots, placeAt } from "./build-scope.ts";
import { planExecution, planToolLoop } from "./execution.ts";
import { planHookRefs } from "./hook-refs.ts";
import { planKeyResults } from "./key-results.ts";
import type { ForeachPlan, MachineCallPlan, StatePlan, Structure } from "./plan.ts";
import { planBlock, planEntries, planStructure, planText } from "./structure.ts";
import { planTools } from "./tools.ts";
import { planOnError, planTransitions } from "./transitions.ts";

/** Keys that the plan has a place for; the others are kept in `extra`. */
const plannedKeys = new Set([
	"type",
	"agent",
	"execution",
	"machine",
	"foreach",
	"as",
	"key",
	"max_concurrency",
	"mode",
	"launch",
	"launch_input",
	"action",
	"hooks",
	"wait_for",
	"timeout",
	"session_id",
	"tool_loop",
	"tools",
	"input",
	"output",
	"output_to_context",
	"transitions",
	"on_error",
	"objective",
	"key_results",
	"max_retries",
]);

/**
 * Plans a state.
 * @param path of the state in its document
 * @param dir folder that hook modules are relative to
 */
export function planState(name: string, value: unknown, path: DocumentPath, dir: string, scope: BuildScope): StatePlan {
	const to = (key: string): DocumentPath => [...path, key];
	const block = (key: string, roots?: readonly string[]): Structure | undefined =>
		planBlock(own(value, key), to(key), scope, roots);
	const agent = ownString(value, "agent");
	const action = ownString(value, "action");
	const foreach = planForeach(value, path, scope);
	const machine = foreach ? undefined : planMachineCall(own(value, "machine"), to("machine"), scope);
	const launchInput = block("launch_input");
	const input = block("input", foreach ? [...bareRoots, foreach.as] : bareRoots);
	const output = block("output");
	const waitFor = planWaitFor(own(value, "wait_for"), to("wait_for"), scope);
	const sessionId = own(value, "session_id");
	const tools = planTools(own(value, "tools"), to("tools"), scope);
	const writtenLoop = own(value, "tool_loop");
	const impliesLoop = (tools?.length ?? 0) > 0 && agent !== undefined && writtenLoop !== false;
	const toolLoop = planToolLoop(writtenLoop, to("tool_loop"), scope) ?? (impliesLoop ? { isImplied: true } : undefined);
	const objective = ownString(value, "objective");
	const keyResults = planKeyResults(value, path, scope);
	const onError = planOnError(own(value, "on_error"));
	return {
		name,
		kind: kindOf(own(value, "type")),
		...placeAt(scope.reporter, path, "key"),
		...(agent && { agent }),
		execution: planExecution(own(value, "execution")),
		...(machine && { machine }),
		...(foreach && { foreach }),
		mode: own(value, "mode") === "any" ? "any" : "settled",
		launch: namesOf(own(value, "launch")),
		...(launchInput && { launchInput }),
		...(action && { action }),
		hooks: planHookRefs(own(value, "hooks"), dir),
		...(waitFor && { waitFor }),
		timeout: ownNumber(value, "timeout") || null,
		...(sessionId !== undefined &&
			sessionId !== null && { sessionId: planStructure(sessionId, to("session_id"), scope) }),
		...(toolLoop && { toolLoop }),
		...(tools && { tools }),
		...(input && { input }),
		...(output && { output }),
		outputToContext: planEntries(own(value, "output_to_context"), to("output_to_context"), scope),
		transitions: planTransitions(own(value, "transitions"), to("transitions"), scope),
		...(onError && { onError }),
		...(objective && { objective }),
		...(keyResults && { keyResults }),
		extra: extraOf(value, foreach !== undefined),
	};
}

function kindOf(type: unknown): StatePlan["kind"] {
	return type === "initial" || type === "final" ? type : "normal";
}

function planWaitFor(value: unknown, path: DocumentPath, scope: BuildScope): StatePlan["waitFor"] {
	if (value === undefined || value === null || value === "") return undefined;
	return typeof value === "string" ? planText(value, path, scope) : { kind: "constant", value };
}

function planMachineCall(value: unknown, path: DocumentPath, scope: BuildScope): MachineCallPlan | undefined {
	if (typeof value === "string") return value === "" ? undefined : { kind: "single", name: value };
	if (!Array.isArray(value) || value.length === 0) return undefined;
	const entries: { readonly name: string; readonly input?: Structure }[] = [];
	for (const [index, entry] of value.entries()) {
		const name = typeof entry === "string" ? entry : ownString(entry, "name");
		if (!name) continue;
		const input = planBlock(own(entry, "input"), [...path, index, "input"], scope);
		entries.push({ name, ...(input && { input }) });
	}
	return entries.length === 0 ? undefined : { kind: "list", entries };
}

function planForeach(value: unknown, path: DocumentPath, scope: BuildScope): ForeachPlan | undefined {
	const items = own(value, "foreach");
	if (items === undefined || items === null) return undefined;
	const machines = own(value, "machine");
	const first: unknown = Array.isArray(machines) ? machines[0] : machines;
	const machine = typeof first === "string" ? first : ownString(first, "name");
	if (!machine) return undefined;
	const as = ownString(value, "as") || "item";
	const key = own(value, "key");
	return {
		items: planItems(items, [...path, "foreach"], scope),
		as,
		...(key !== undefined && key !== null && { key: planStructure(key, [...path, "key"], scope, [...bareRoots, as]) }),
		machine,
		maxConcurrency: ownNumber(value, "max_concurrency") || null,
	};
}

/** A literal list is taken as it is, unless it holds templates (spec section 10.4, decisions: Templates). */
function planItems(value: unknown, path: DocumentPath, scope: BuildScope): Structure {
	if (Array.isArray(value) && !holdsTemplate(value)) return { kind: "constant", value };
	return planStructure(value, path, scope);
}

function holdsTemplate(value: unknown): boolean {
	if (typeof value === "string") return value.includes("{{") || value.includes("{%");
	if (Array.isArray(value)) return value.some(holdsTemplate);
	return isRecord(value) && Object.values(value).some(holdsTemplate);
}

function namesOf(value: unknown): string[] {
	const list: readonly unknown[] = Array.isArray(value) ? value : [value];
	return list.filter((name): name is string => typeof name === "string" && name !== "");
}

function extraOf(value: unknown, isForeach: boolean): Record<string, unknown> {
	if (!isRecord(value)) return {};
	const isExtra = (key: string): boolean => !plannedKeys.has(key) || (key === "max_concurrency" && !isForeach);
	return Object.fromEntries(Object.entries(value).filter(([key]) => isExtra(key)));
}
