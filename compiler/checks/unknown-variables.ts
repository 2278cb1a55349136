/** Variables of templates and conditions that do not exist where they are read: misspelt ones, `output` before the work. */
import { nearest } from "../diagnostics/suggest.ts";
import type { DocumentPath } from "../document/document.ts";
import { type ConditionNode, type Reference, references, type TemplateNode } from "../expression/index.ts";
import { FUNCTION_NAMES } from "../expression/names.ts";
import type { Expression } from "../expression/nodes.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { checkPlaces, conditionPlaces, statePlaces, templatesOf } from "./places.ts";
import { childrenOf } from "./visit.ts";

const EARLY = ["input"];
const BEFORE_WORK = ["context", "input"];
const AFTER_WORK = ["context", "input", "output"];

export function checkUnknownVariables(machine: CheckedMachine): void {
	const { plan } = machine;
	const check = (node: TemplateNode, path: DocumentPath, known: readonly string[]): void => {
		for (const unknown of unknownIn(node, known)) report(machine, "FS5111", path, unknown, known);
	};
	for (const [key, structure] of plan.context) {
		// `context` has a word of its own there: FS5103.
		for (const { template, path } of templatesOf(structure, machine.path("context", key))) {
			for (const unknown of unknownIn(template.node, EARLY)) {
				if (unknown.path[0] !== "context") report(machine, "FS5111", path, unknown, EARLY);
			}
		}
	}
	for (const state of plan.states) {
		for (const { template, path, role, names } of statePlaces(machine, state)) {
			check(template.node, path, [...(role === "final output" ? AFTER_WORK : BEFORE_WORK), ...names]);
		}
		for (const [key, structure] of state.outputToContext) {
			const base = machine.path("states", state.name, "output_to_context", key);
			for (const { template, path } of templatesOf(structure, base)) check(template.node, path, AFTER_WORK);
		}
		for (const { condition, path } of [...conditionPlaces(machine, state), ...checkPlaces(machine, state)]) {
			const always = alwaysRead(condition.node);
			for (const unknown of unknownIn(condition.node, AFTER_WORK)) {
				const code = always.has(unknown.start) ? "FS5110" : "FS5111";
				report(machine, code, path, unknown, AFTER_WORK);
			}
		}
	}
}

/** Reads of variables that are not known; where one read provides for the variable being missing, all do. */
function unknownIn(node: TemplateNode | ConditionNode, known: readonly string[]): readonly Reference[] {
	const found = references(node).filter(
		({ path: [root = ""] }) => root !== "" && !known.includes(root) && !FUNCTION_NAMES.has(root),
	);
	if (node.kind !== "jinja") return found;
	const provided = new Set(found.filter(({ optional }) => optional).map(({ path }) => path[0]));
	return found.filter(({ path }) => !provided.has(path[0]));
}

/** Where a condition reads a variable whatever the values are: not behind `and`, `or` or `if`. */
function alwaysRead(node: ConditionNode): ReadonlySet<number> {
	const starts = new Set<number>();
	const visit = (expression: Expression): void => {
		if (expression.kind === "name") starts.add(expression.start);
		else if (expression.kind === "logical") visit(expression.left);
		else if (expression.kind === "conditional") visit(expression.test);
		else if (expression.kind === "call") for (const argument of expression.args) visit(argument);
		else if (expression.kind === "compare") {
			visit(expression.left);
			const [first] = expression.rest;
			if (first !== undefined) visit(first.right);
		} else for (const child of childrenOf(expression)) visit(child);
	};
	if (node.kind === "simple" && node.expression !== null) visit(node.expression);
	return starts;
}

function report(
	machine: CheckedMachine,
	code: "FS5110" | "FS5111",
	path: DocumentPath,
	{ path: [root = ""], start }: Reference,
	known: readonly string[],
): void {
	const end = start + root.length;
	const text = machine.textAt(path);
	const message =
		root === "output"
			? "there is no `output` here yet: it comes with the state's work"
			: `there is no variable \`${root}\``;
	const near = nearest(root, known);
	const fixed =
		near === undefined || text === undefined || text.slice(start, end) !== root
			? undefined
			: machine.replace(path, "value", `${text.slice(0, start)}${near}${text.slice(end)}`, `Write \`${near}\``);
	const list = known.map((name) => `\`${name}\``).join(", ");
	const suggestion = near === undefined ? `known here: ${list}` : `did you mean \`${near}\`?`;
	machine.report(code, {
		path,
		at: "value",
		...(text?.slice(start, end) === root && { offsets: { start, end } }),
		message,
		suggestion,
		...(fixed && { fix: fixed }),
	});
}
