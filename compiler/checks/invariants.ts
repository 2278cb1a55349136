/** Names in invariants that do not exist: one that reads them could never be broken, and nobody would notice. */
import type { DocumentPath } from "../document/document.ts";
import { constantOf, type Reference, references } from "../expression/index.ts";
import type { ConditionNode, Expression } from "../expression/nodes.ts";
import type { PlannedInvariant } from "../plan/plan.ts";
import type { CheckedMachine } from "./checked-machine.ts";
import { isRuntimeKey } from "./context-types.ts";
import { contextNames, type Names } from "./unset-names.ts";
import { childrenOf } from "./visit.ts";

/** The variables of an invariant. */
export const invariantVariables: readonly string[] = ["context", "input", "output", "state", "step"];

/** Checks `metadata.invariants`. */
export function checkInvariants(machine: CheckedMachine): void {
	const { plan } = machine;
	const wrapper = machine.path().slice(0, -1);
	checkInvariantNames(machine, plan.invariants ?? [], [...wrapper, "metadata", "invariants"]);
}

/**
 * Checks the names in `invariants`.
 * @param base path of the map of invariants in the machine's document
 */
export function checkInvariantNames(
	machine: CheckedMachine,
	invariants: readonly PlannedInvariant[],
	base: DocumentPath,
): void {
	const names = contextNames(machine.plan);
	for (const invariant of invariants) {
		const path = [...base, ...invariant.path];
		for (const reference of references(invariant.node)) {
			checkVariable(machine, path, reference);
			checkKey(machine, path, reference, names);
		}
		checkStates(machine, path, invariant.node);
	}
}

function checkVariable(machine: CheckedMachine, path: DocumentPath, { path: [root = ""], start }: Reference): void {
	if (root === "" || invariantVariables.includes(root)) return;
	const near = machine.nearest(root, invariantVariables);
	const known = invariantVariables.map((name) => `\`${name}\``).join(", ");
	machine.report("FS5203", {
		path,
		at: "value",
		offsets: { start, end: start + root.length },
		message: `there is no variable \`${root}\``,
		suggestion: near === undefined ? `known here: ${known}` : `did you mean \`${near}\`?`,
	});
}

function checkKey(
	machine: CheckedMachine,
	path: DocumentPath,
	{ path: found, start, end }: Reference,
	names: Names,
): void {
	const [root, key] = found;
	if (root !== "context" || key === undefined || names.context.has(key) || isRuntimeKey(key)) return;
	const near = machine.nearest(key, names.context);
	if (names.open && near === undefined) return;
	machine.report("FS5204", {
		path,
		at: "value",
		offsets: { start, end },
		message: `nothing sets \`context.${key}\`, so it is always empty`,
		suggestion: near === undefined ? "declare it in `data.context`" : `did you mean \`context.${near}\`?`,
	});
}

/** `state == 'name'` and `state in ['name']` with names that no state has. */
function checkStates(machine: CheckedMachine, path: DocumentPath, node: ConditionNode): void {
	if (node.kind !== "simple" || node.expression === null) return;
	const states = new Set(machine.plan.states.map(({ name }) => name));
	const visit = (expression: Expression): void => {
		if (expression.kind === "compare") {
			const sides = [expression.left, ...expression.rest.map(({ right }) => right)];
			if (sides.some((side) => side.kind === "name" && side.name === "state")) {
				for (const side of sides) checkNames(side);
			}
		}
		for (const child of childrenOf(expression)) visit(child);
	};
	const checkNames = (side: Expression): void => {
		const value = constantOf(side)?.value;
		for (const name of Array.isArray(value) ? value : [value]) {
			if (typeof name !== "string" || states.has(name)) continue;
			const near = machine.nearest(name, states);
			machine.report("FS5205", {
				path,
				at: "value",
				offsets: { start: side.start, end: side.end },
				message: `there is no state \`${name}\``,
				suggestion: near === undefined ? "name a state of `data.states`" : `did you mean \`${near}\`?`,
			});
		}
	};
	visit(node.expression);
}
