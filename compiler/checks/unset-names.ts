/** Names in templates and conditions that nothing sets: misspelt context keys, outputs that an agent does not have. */
import type { DocumentPath } from "../document/document.ts";
import { type ConditionNode, references, type TemplateNode } from "../expression/index.ts";
import type { MachinePlan, StatePlan } from "../plan/plan.ts";
import { type DeclaredOutput, declaredOutput } from "./agent-output.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { isRuntimeKey } from "./context-types.ts";
import { checkPlaces, conditionPlaces, statePlaces, templatesOf } from "./places.ts";

/** The keys that a machine's context can have. */
export interface Names {
	readonly context: ReadonlySet<string>;
	/** Hooks may set further keys, so that only a near miss is worth a word. */
	readonly open: boolean;
}

export function checkUnsetNames(machine: CheckedMachine): void {
	const { plan } = machine;
	const names = contextNames(plan);
	for (const [key, structure] of plan.context) {
		for (const { template, path } of templatesOf(structure, machine.path("context", key))) {
			for (const use of usesOf(template.node)) checkEarlyContext(machine, path, use);
		}
	}
	for (const state of plan.states) checkState(machine, state, names);
}

/** What the file itself puts into the context. */
export function contextNames(plan: MachinePlan): Names {
	return {
		context: new Set([
			...plan.context.map(([key]) => key),
			...plan.states.flatMap((state) => state.outputToContext.map(([key]) => key)),
		]),
		open:
			plan.lifecycleHooks.length + plan.machineHooks.length > 0 ||
			plan.states.some((state) => state.hooks.length > 0 || state.action !== undefined),
	};
}

function checkState(machine: CheckedMachine, state: StatePlan, names: Names): void {
	const output = declaredOutput(machine, state);
	const check = (path: DocumentPath, uses: readonly Use[], afterWork: boolean): void => {
		for (const use of uses) {
			checkContext(machine, path, use, names);
			if (afterWork && output !== undefined) checkOutput(machine, path, use, output);
		}
	};
	for (const { template, path, role } of statePlaces(machine, state)) {
		check(path, usesOf(template.node), role === "final output");
	}
	for (const [key, structure] of state.outputToContext) {
		for (const { template, path } of templatesOf(
			structure,
			machine.path("states", state.name, "output_to_context", key),
		)) {
			check(path, usesOf(template.node), true);
		}
	}
	for (const { condition, path } of [...conditionPlaces(machine, state), ...checkPlaces(machine, state)]) {
		check(path, usesOf(condition.node), true);
	}
}

/** One use of `context.x`, `output.x` or `input.x`. */
interface Use {
	readonly root: string;
	readonly key: string;
	/** Inside of the template; undefined = all of it. */
	readonly start?: number;
	readonly end?: number;
	/** Whether the use provides for a missing value: `default(…)`, `is defined`, `or`, `if`. */
	readonly guarded: boolean;
}

/**
 * The uses in a template or condition. A bare path has no way to say that a missing value is meant, so it is never
 * guarded; elsewhere one guarded use (`{% if context.x %}`) speaks for all uses of the name.
 */
function usesOf(node: TemplateNode | ConditionNode): readonly Use[] {
	const found = references(node);
	const guarded = new Set(found.filter(({ optional }) => optional).map(({ path: [root, key] }) => `${root}.${key}`));
	return found.flatMap(({ path: [root, key], start, end }): readonly Use[] => {
		if (root === undefined || key === undefined) return [];
		return node.kind === "path"
			? [{ root, key, guarded: false }]
			: [{ root, key, start, end, guarded: guarded.has(`${root}.${key}`) }];
	});
}

function checkContext(machine: CheckedMachine, path: DocumentPath, use: Use, names: Names): void {
	if (use.root !== "context" || names.context.has(use.key) || isRuntimeKey(use.key)) return;
	const near = machine.nearest(use.key, names.context);
	if ((names.open || use.guarded) && near === undefined) return;
	const suggestion = near === undefined ? "declare it in `data.context`" : `did you mean \`context.${near}\`?`;
	report(machine, "FS5101", path, use, `nothing sets \`context.${use.key}\`, so it is always empty`, suggestion, near);
}

function checkEarlyContext(machine: CheckedMachine, path: DocumentPath, use: Use): void {
	if (use.root !== "context") return;
	const message = `\`context.${use.key}\` does not exist yet while the context is being made; it sees only \`input\``;
	report(machine, "FS5103", path, use, message, `did you mean \`input.${use.key}\`?`, undefined);
}

function checkOutput(machine: CheckedMachine, path: DocumentPath, use: Use, output: DeclaredOutput): void {
	if (use.root !== "output" || use.guarded || output.fields.has(use.key)) return;
	const near = machine.nearest(use.key, [...output.fields.keys()]);
	const known = [...output.fields.keys()].filter((name) => name !== "_raw").map((name) => `\`${name}\``);
	const suggestion = near === undefined ? `it declares ${known.join(", ")}` : `did you mean \`output.${near}\`?`;
	report(machine, "FS5102", path, use, `${output.by} declares no output \`${use.key}\``, suggestion, near);
}

function report(
	machine: CheckedMachine,
	code: "FS5101" | "FS5102" | "FS5103",
	path: DocumentPath,
	use: Use,
	message: string,
	suggestion: string,
	near: string | undefined,
): void {
	const { start, end, root, key } = use;
	const offsets = start === undefined || end === undefined ? undefined : { start, end };
	const text = machine.textAt(path);
	const fixed =
		near === undefined || text === undefined
			? undefined
			: `${text.slice(0, start ?? 0)}${text.slice(start ?? 0, end).replace(`${root}.${key}`, `${root}.${near}`)}${end === undefined ? "" : text.slice(end)}`;
	const fix =
		fixed === undefined || fixed === text
			? undefined
			: machine.replace(path, "value", fixed, `Write \`${root}.${near}\``);
	machine.report(code, { path, at: "value", ...(offsets && { offsets }), message, suggestion, ...(fix && { fix }) });
}
