/** Counts what tests of machines have found. */
import type { Reach } from "../explore/index.ts";
import type { MachineTest } from "./machine-test.ts";

/** How many of some kind there are, and how they were reached. */
export interface Count {
	readonly all: number;
	readonly covered: number;
	readonly dead: number;
	readonly unsolved: number;
}

export interface Totals {
	readonly transitions: Count;
	readonly states: Count;
	readonly outcomes: Count;
	readonly scenarios: number;
	/** Scenarios of the tool's that did not replay. */
	readonly unconfirmed: number;
	/** The user's that go another way. */
	readonly broken: number;
	/** Absent where no machine has any. */
	readonly invariants?: { readonly all: number; readonly broken: number };
}

/** The sums over all machines. */
export function totalsOf(tests: readonly MachineTest[]): Totals {
	const invariants = tests.flatMap((test) => test.invariants?.results ?? []);
	const explorations = tests.map(({ exploration }) => exploration);
	return {
		transitions: countOf(explorations.flatMap(({ transitions }) => transitions)),
		states: countOf(explorations.flatMap(({ states }) => states)),
		outcomes: countOf(explorations.flatMap(({ outcomes }) => outcomes)),
		scenarios: explorations.reduce((sum, { scenarios }) => sum + scenarios.length, 0),
		unconfirmed: tests.reduce((sum, { unconfirmed }) => sum + unconfirmed.length, 0),
		broken: tests.reduce((sum, { broken }) => sum + broken.length, 0),
		...(invariants.length > 0 && {
			invariants: { all: invariants.length, broken: invariants.filter(({ violation }) => violation).length },
		}),
	};
}

export function countOf(reached: readonly { readonly reach: Reach }[]): Count {
	const of = (status: Reach["status"]) => reached.filter(({ reach }) => reach.status === status).length;
	return { all: reached.length, covered: of("covered"), dead: of("dead"), unsolved: of("unsolved") };
}
