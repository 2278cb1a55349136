/** What is told of an invariant that does not hold. */
import type { InvariantKind } from "../../../compiler/plan/plan.ts";
import { FlatstateError } from "../../../runtime/errors.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { FlatContext } from "../solve/answer-space.ts";
import type { Breach, BreachCause } from "./breach.ts";
import { replayText } from "./replay-text.ts";
import type { RunReport } from "./run.ts";

/** Where the run came from that was made simpler to the one that is told. */
export type ViolationSource =
	| { readonly by: "exploration" }
	/** `run` counts the generated runs of the seed, from 1. */
	| { readonly by: "run"; readonly seed: number; readonly run: number };

export interface Violation {
	readonly kind: InvariantKind;
	/** The name that the invariant was given, else its expression. */
	readonly name: string;
	readonly expression: string;
	readonly cause: BreachCause;
	/** Why the expression has no value, where it has none. */
	readonly error?: string;
	/** The states up to the moment at which it is broken. */
	readonly path: readonly string[];
	/** What the expression reads at that moment. */
	readonly reads: Readonly<Record<string, unknown>>;
	readonly context: FlatContext;
	readonly source: ViolationSource;
	/** The whole run. */
	readonly scenario: Scenario;
}

/** The violation behind a breach. */
export function violationOf(report: RunReport, breach: Breach, source: ViolationSource): Violation {
	const { invariant, cause, error, moment } = breach;
	return {
		kind: invariant.kind,
		name: invariant.name,
		expression: invariant.text,
		cause,
		...(error !== undefined && { error }),
		path: report.path.slice(0, moment.step),
		reads: invariant.reads(moment, report.input),
		context: moment.context,
		source,
		scenario: report.scenario,
	};
}

/** Invariants that do not hold: `violations` has each with the shortest run that breaks it. */
export class InvariantError extends FlatstateError {
	readonly violations: readonly Violation[];

	/** @param violations one at least */
	constructor(violations: readonly Violation[]) {
		super("invariant_broken", violations.map(violationText).join("\n\n"));
		this.violations = violations;
	}
}

/** Longest text of one value in a message. */
const LONGEST_VALUE = 200;

/** What a person reads of a violation: the invariant, the way to where it breaks, what it reads there, the run. */
export function violationText(violation: Violation): string {
	const { path, source, scenario } = violation;
	const origin = source.by === "run" ? `a generated run (seed ${source.seed}, run ${source.run})` : "exploration";
	return [
		breachText(violation),
		`  after ${path.join(" → ")}`,
		...valuesRead(violation).map((value) => `  ${value}`),
		`Found by ${origin}.`,
		"",
		replayText(scenario),
	].join("\n");
}

/** What is wrong, in one sentence. */
export function breachText(violation: Violation): string {
	const { kind, name, expression } = violation;
	const title = name === expression ? `\`${kind}: ${expression}\`` : `${name} (\`${kind}: ${expression}\`)`;
	return `The invariant ${title} is broken: ${howBroken(violation)}.`;
}

/** What the expression does that it must not, in a few words. */
export function howBroken({ cause, error }: Pick<Violation, "cause" | "error">): string {
	switch (cause) {
		case "error":
			return `it has no value (${error})`;
		case "missed":
			return "it never held, and the run ended";
		case "true":
			return "it holds";
		case "false":
			return "it does not hold";
	}
}

/** The values that the expression reads, as `name = value`. */
export function valuesRead({ reads }: Pick<Violation, "reads">): readonly string[] {
	return Object.entries(reads).map(([name, value]) => `${name} = ${valueText(value)}`);
}

function valueText(value: unknown): string {
	const text = JSON.stringify(value) ?? "null";
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
