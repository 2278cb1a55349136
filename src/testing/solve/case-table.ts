/** Conditions on all cases of their variables together: each is evaluated once for each case of its own. */
import { type Expression, truthy } from "../../../compiler/expression/index.ts";
import { comparedIn } from "./condition-cases.ts";
import { evaluate } from "./evaluate.ts";
import { type Path, samePath } from "./paths.ts";

export type Verdict = boolean | "fails";

/** A variable with one value for each of its cases. */
export interface CasesOfVariable {
	readonly path: Path;
	readonly values: readonly unknown[];
}

interface Row {
	readonly condition: Expression;
	/** Which variables it reads, with what each counts in the place of a verdict. */
	readonly parts: readonly (readonly [variable: number, weight: number])[];
	readonly verdicts: (Verdict | undefined)[];
}

export class CaseTable {
	readonly #variables: readonly CasesOfVariable[];
	readonly #rows: readonly Row[];
	readonly #leaves: readonly ((value: unknown) => void)[];
	readonly #scope: Record<string, unknown> = { context: {}, input: {}, output: {} };
	/** The case of each variable that is looked at. */
	readonly #at: number[];

	/** @param variables all that the conditions read; none lies inside of another */
	constructor(conditions: readonly Expression[], variables: readonly CasesOfVariable[]) {
		this.#variables = variables;
		this.#at = variables.map(() => 0);
		this.#leaves = variables.map(({ path }) => leafIn(this.#scope, path));
		this.#rows = conditions.map((condition): Row => {
			const paths = comparedIn([condition])?.paths ?? [];
			let weight = 1;
			const parts = paths.map((path) => {
				const variable = variables.findIndex((one) => samePath(one.path, path));
				const part = [variable, weight] as const;
				weight *= variables[variable]?.values.length ?? 1;
				return part;
			});
			return { condition, parts, verdicts: [] };
		});
	}

	/** Whether there is a case that passes the test, which is given each condition's verdict by its index. */
	some(test: (verdict: (condition: number) => Verdict) => boolean): boolean {
		if (this.#variables.some(({ values }) => values.length === 0)) return false;
		this.#at.fill(0);
		const verdict = (index: number): Verdict => this.#verdict(index);
		for (;;) {
			if (test(verdict)) return true;
			if (!this.#next()) return false;
		}
	}

	/** How each condition takes the first case of all variables. */
	first(): readonly Verdict[] {
		this.#at.fill(0);
		return this.#rows.map((_, index) => this.#verdict(index));
	}

	#next(): boolean {
		for (const [index, { values }] of this.#variables.entries()) {
			const next = (this.#at[index] ?? 0) + 1;
			this.#at[index] = next < values.length ? next : 0;
			if (next < values.length) return true;
		}
		return false;
	}

	#verdict(index: number): Verdict {
		const row = this.#rows[index];
		if (row === undefined) throw new RangeError(`there is no condition ${index}`);
		let place = 0;
		for (const [variable, weight] of row.parts) place += (this.#at[variable] ?? 0) * weight;
		const known = row.verdicts[place];
		if (known !== undefined) return known;
		for (const [variable] of row.parts) {
			this.#leaves[variable]?.(this.#variables[variable]?.values[this.#at[variable] ?? 0]);
		}
		const held = evaluate(row.condition, "condition", this.#scope);
		const made = held.failed ? "fails" : truthy(held.value);
		row.verdicts[place] = made;
		return made;
	}
}

/** Makes the mappings on the way to a place, and gives what sets it. */
function leafIn(scope: Record<string, unknown>, path: Path): (value: unknown) => void {
	let at = scope;
	for (const key of path.slice(0, -1)) {
		const inner: Record<string, unknown> = Object.hasOwn(at, key) ? Object(at[key]) : {};
		at[key] = inner;
		at = inner;
	}
	const last = path.at(-1) ?? "";
	return (value) => {
		Object.defineProperty(at, last, { value, writable: true, enumerable: true, configurable: true });
	};
}
