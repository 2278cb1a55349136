/** Invariants, ready to be evaluated at the moments of runs; and what is wrong with those that cannot be. */
import { stringify } from "yaml";
import { checkedMachine } from "../../../compiler/checks/checked-machine.ts";
import { checkInvariantNames } from "../../../compiler/checks/invariants.ts";
import { createReporter } from "../../../compiler/diagnostics/report.ts";
import { parseDocument } from "../../../compiler/document/parse.ts";
import {
	type ConditionNode,
	compileCondition,
	ExpressionError,
	references,
	truthy,
} from "../../../compiler/expression/index.ts";
import { planInvariants } from "../../../compiler/plan/invariants.ts";
import type { InvariantKind, MachinePlan, PlannedInvariant, SourcePlace } from "../../../compiler/plan/plan.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import { getAt } from "../solve/paths.ts";
import { InvalidInvariantError } from "./errors.ts";
import type { Moment } from "./moments.ts";

/** Expressions of one kind: a text, a list of texts, or names with texts. */
export type InvariantTexts =
	| string
	| readonly (string | Readonly<Record<string, string>>)[]
	| Readonly<Record<string, string>>;

/** What must hold, in the machine's own language, over `context`, `input`, `output`, `state` and `step`. */
export interface Invariants {
	/** At every moment of every run. */
	readonly always?: InvariantTexts;
	/** At no moment of any run. */
	readonly never?: InvariantTexts;
	/** At one moment at least of every run that reaches a final state. */
	readonly eventually?: InvariantTexts;
}

/** Whether an expression is true at a moment; an error where it has no value there. */
export type Verdict = boolean | { readonly error: string };

export class Invariant {
	readonly kind: InvariantKind;
	/** The name that it was given, else its text. */
	readonly name: string;
	readonly text: string;
	readonly node: ConditionNode;
	readonly at?: SourcePlace;
	readonly #evaluate: (scope: FlatContext) => unknown;

	constructor(planned: PlannedInvariant) {
		this.kind = planned.kind;
		this.name = planned.name;
		this.text = planned.text;
		this.node = planned.node;
		if (planned.at) this.at = planned.at;
		this.#evaluate = compileCondition(planned.node, planned.text);
	}

	/** As it would be written: `never: context.approved and context.score < 8`, with its name in front. */
	get title(): string {
		const text = `${this.kind}: ${this.text}`;
		return this.name === this.text ? text : `${this.name} (${text})`;
	}

	holdsAt(moment: Moment, input: FlatContext): Verdict {
		try {
			return truthy(this.#evaluate(scopeAt(moment, input)));
		} catch (error) {
			if (!(error instanceof ExpressionError)) throw error;
			return { error: error.message };
		}
	}

	/** The values that it reads at a moment, by their paths. */
	reads(moment: Moment, input: FlatContext): Readonly<Record<string, unknown>> {
		const scope = scopeAt(moment, input);
		const paths = references(this.node).map(({ path }) => path);
		return Object.fromEntries(paths.map((path) => [path.join("."), getAt(scope, path) ?? null]));
	}
}

function scopeAt({ context, output, state, step }: Moment, input: FlatContext): FlatContext {
	return { context, input, output, state, step };
}

/** The invariants of `metadata.invariants`. */
export function invariantsOf({ invariants = [] }: MachinePlan): readonly Invariant[] {
	return invariants.map((planned) => new Invariant(planned));
}

/**
 * Reads invariants that are given in code. A name that does not exist is an error here: such an invariant could never be
 * broken.
 * @throws InvalidInvariantError with the compiler's diagnostics
 */
export function readInvariants(plan: MachinePlan, invariants: Invariants): readonly Invariant[] {
	const { document, diagnostics } = parseDocument(stringify(invariants), { file: "invariants", dir: "." });
	if (!document) throw new InvalidInvariantError(diagnostics);
	const reporter = createReporter(document, diagnostics);
	const planned = planInvariants(document.value, [], { reporter, expressionEngine: plan.expressionEngine });
	checkInvariantNames(checkedMachine(plan, reporter, []), planned, []);
	if (diagnostics.length > 0) throw new InvalidInvariantError(diagnostics);
	return planned.map((one) => new Invariant(one));
}
