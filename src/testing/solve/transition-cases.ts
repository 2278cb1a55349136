/** Which transitions of a state can be taken at all: its conditions tried on every case of their variables. */
import type { Expression } from "../../../compiler/expression/index.ts";
import type { StatePlan } from "../../../compiler/plan/plan.ts";
import { type CasesOfVariable, CaseTable, type Verdict } from "./case-table.ts";
import { type Compared, casesOf, comparedIn } from "./condition-cases.ts";
import { ANYTHING } from "./domain.ts";
import { domainOfPath, type Variables } from "./domain-of-structure.ts";
import { type Facts, factsAbout, NO_FACTS } from "./path-facts.ts";
import { type Path, samePath } from "./paths.ts";

/** What can come of a state's transitions; more than what is here cannot. */
export interface Choice {
	/** Transitions by index. */
	readonly taken: ReadonlySet<number>;
	/** Whether it may be that none is taken. */
	readonly mayBeNone: boolean;
	/** Whether a condition may fail. */
	readonly mayFail: boolean;
}

/** Cases that are tried together. */
const MOST_CASES = 40_000;

const remembered = new WeakMap<StatePlan, Map<string, Choice>>();

/** The transitions that some values of the variables make the state take. */
export function chooseTransitions(state: StatePlan, variables: Variables, facts: Facts = NO_FACTS): Choice {
	const about = factsAbout(conditionsOf(state), facts);
	const place = placeOf(state, variables, about);
	const known = remembered.get(state) ?? new Map<string, Choice>();
	remembered.set(state, known);
	const made = known.get(place) ?? choose(state, variables, deniedIn(about));
	known.set(place, made);
	return made;
}

/** The domains that the conditions read, as one text. */
function placeOf(state: StatePlan, variables: Variables, facts: Facts): string {
	const paths = new Set<string>();
	for (const condition of [...conditionsOf(state), ...deniedIn(facts)]) {
		for (const path of comparedIn([condition])?.paths ?? []) paths.add(path.join("."));
	}
	const domains = [...paths]
		.map((path) => {
			const { constants, open, isWhole } = domainOfPath(path.split("."), variables);
			return JSON.stringify([path, constants, [...open].sort(), isWhole]);
		})
		.join();
	return `${domains} ${JSON.stringify([...facts.keys()].sort())}`;
}

function deniedIn(facts: Facts): readonly Expression[] {
	return [...facts.values()].map(({ denied }) => denied);
}

function conditionsOf({ transitions }: StatePlan): readonly Expression[] {
	return transitions.flatMap(({ when }) => {
		if (when === undefined || when === "never" || when.node.kind !== "simple") return [];
		return when.node.expression === null ? [] : [when.node.expression];
	});
}

function choose(state: StatePlan, variables: Variables, facts: readonly Expression[]): Choice {
	const taken = new Set<number>();
	if (state.kind === "final") return { taken, mayBeNone: false, mayFail: false };
	if (state.toolLoop !== undefined) return chooseInToolLoop(state);
	let mayFail = false;
	const earlier: Expression[] = [...facts];
	for (const [index, { when }] of state.transitions.entries()) {
		if (when === "never") continue;
		const expression = when?.node.kind === "simple" ? when.node.expression : undefined;
		if (when === undefined || expression === null) {
			if (canHold(earlier, undefined, variables)) taken.add(index);
			return { taken, mayBeNone: false, mayFail };
		}
		if (expression === undefined || canHold(earlier, expression, variables)) taken.add(index);
		if (when.canThrow && (expression === undefined || canFail(expression, variables))) mayFail = true;
		if (expression !== undefined) earlier.push(expression);
	}
	return { taken, mayBeNone: canHold(earlier, undefined, variables), mayFail };
}

/** A condition may hold in the middle of a tool loop, whatever the variables are when it has ended. */
function chooseInToolLoop({ transitions }: StatePlan): Choice {
	const always = transitions.findIndex(({ when }) => when === undefined);
	const seen = always === -1 ? transitions : transitions.slice(0, always + 1);
	const taken = new Set(seen.flatMap(({ when }, index) => (when === "never" ? [] : [index])));
	return { taken, mayBeNone: always === -1, mayFail: true };
}

/** Whether there may be values for which all of `earlier` are false and `wanted` is true. */
export function canHold(earlier: readonly Expression[], wanted: Expression | undefined, domains: Variables): boolean {
	const cases = casesFor(wanted === undefined ? [] : [wanted], earlier, domains);
	// A condition that cannot be looked at may hold for all we know, unless it is never come to.
	if (cases === undefined) return canHold(earlier, undefined, domains);
	const { table, needed, count } = cases;
	return table.some((verdict) => {
		for (let index = needed; index < count; index += 1) if (verdict(index) !== false) return false;
		return wanted === undefined || verdict(0) === true;
	});
}

/** Whether there may be values on which both conditions hold. */
export function canBothHold(one: Expression, other: Expression, domains: Variables): boolean {
	const cases = casesFor([one, other], [], domains);
	return cases === undefined || cases.table.some((verdict) => verdict(0) === true && verdict(1) === true);
}

/** Whether there may be values on which the condition fails; where another one is given, only those on which it holds. */
export function canFail(condition: Expression, domains: Variables, where?: Expression): boolean {
	const cases = casesFor(where === undefined ? [condition] : [condition, where], [], domains);
	if (cases === undefined) return true;
	return cases.table.some((verdict) => verdict(0) === "fails" && (where === undefined || verdict(1) === true));
}

interface Cases {
	/** The needed conditions first, then those of the earlier ones that could be taken along. */
	readonly table: CaseTable;
	readonly needed: number;
	readonly count: number;
}

/**
 * Every case of the variables of `needed` and of as many of `earlier` as can be looked at together; the others count as
 * false, which claims less.
 *
 * @returns undefined where the needed ones are of no form that cases cover
 */
function casesFor(
	needed: readonly Expression[],
	earlier: readonly Expression[],
	domains: Variables,
): Cases | undefined {
	let conditions = needed;
	let variables = needed.length === 0 ? [] : variablesIn(comparedIn(needed), domains);
	if (variables === undefined) return undefined;
	for (const condition of earlier.toReversed()) {
		const wider = variablesIn(comparedIn([...conditions, condition]), domains);
		if (wider === undefined) continue;
		conditions = [...conditions, condition];
		variables = wider;
	}
	return { table: new CaseTable(conditions, variables), needed: needed.length, count: conditions.length };
}

/** The cases of each variable; undefined where all of them together are too many. */
function variablesIn(compared: Compared | undefined, domains: Variables): readonly CasesOfVariable[] | undefined {
	if (compared === undefined) return undefined;
	const known = compared.paths.map((path) => domainOfPath(path.map(String), domains));
	// What one variable can be is what another may be compared with.
	const others = compared.paired.length > 0 ? known.flatMap(({ constants }) => constants) : [];
	const all: Compared = { ...compared, constants: [...compared.constants, ...others] };
	const cases = compared.paths.map((path, index): CasesOfVariable => {
		const values = casesOf(all, known[index] ?? ANYTHING);
		const isPaired = compared.paired.some((one) => samePath(one, path));
		return { path, values: isPaired ? values : differing(path, values, compared) };
	});
	const total = cases.reduce((count, { values }) => count * values.length, 1);
	return total > MOST_CASES ? undefined : cases;
}

/** One value for each way in which the parts of the conditions that read the variable take it. */
function differing(path: Path, values: readonly unknown[], { atoms }: Compared): readonly unknown[] {
	const own = atoms.filter((atom) => samePath(atom.path, path)).map(({ expression }) => expression);
	const seen = new Set<string>();
	return values.filter((value) => {
		const text = own.map((atom) => verdictOf(atom, path, value)).join();
		return !seen.has(text) && seen.add(text);
	});
}

const verdicts = new WeakMap<Expression, Map<string, Verdict>>();

/** How a part of a condition takes one value of its only variable. */
function verdictOf(atom: Expression, path: Path, value: unknown): Verdict {
	const known = verdicts.get(atom) ?? new Map<string, Verdict>();
	verdicts.set(atom, known);
	const place = `${typeof value} ${JSON.stringify(value)}`;
	const verdict = known.get(place) ?? new CaseTable([atom], [{ path, values: [value] }]).first()[0] ?? false;
	known.set(place, verdict);
	return verdict;
}
