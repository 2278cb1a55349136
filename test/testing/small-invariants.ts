/** Random invariants of small machines, with their meaning beside their text. */
import fc from "fast-check";
import type { InvariantKind } from "../../compiler/plan/plan.ts";
import { type Context, condition, Failure, type Output } from "./small-machines.ts";

/** A moment, as docs/property-testing.md has it. */
export interface SmallMoment {
	readonly state: string;
	readonly step: number;
	readonly context: Context;
	readonly output: Output | null;
}

interface Part {
	readonly text: string;
	readonly asksStep: boolean;
	/** @throws Failure */
	readonly holds: (moment: SmallMoment) => boolean;
}

export interface SmallInvariant extends Part {
	readonly kind: InvariantKind;
}

/** Whether an `always` or a `never` breaks there. */
export function breaksAt({ kind, holds }: SmallInvariant, moment: SmallMoment): boolean {
	return verdict(holds, moment) !== (kind === "always");
}

/** Whether it holds there; an expression without a value does not. */
export function holdsAt({ holds }: SmallInvariant, moment: SmallMoment): boolean {
	return verdict(holds, moment) === true;
}

function verdict(holds: Part["holds"], moment: SmallMoment): boolean | undefined {
	try {
		return holds(moment);
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return undefined;
	}
}

const ofData = condition.map(
	({ text, eval: evaluate }): Part => ({
		text,
		asksStep: false,
		holds: ({ context, output }) => Boolean(evaluate(context, output ?? {})),
	}),
);

const names: fc.Arbitrary<string> = fc.constantFrom("s0", "s1", "s2", "s3", "end");
const ofState = fc.oneof(
	names.map((name): Part => ({ text: `state == '${name}'`, asksStep: false, holds: ({ state }) => state === name })),
	fc.array(names, { minLength: 1, maxLength: 3 }).map(
		(some): Part => ({
			text: `state in [${some.map((name) => `'${name}'`).join(", ")}]`,
			asksStep: false,
			holds: ({ state }) => some.includes(state),
		}),
	),
);

const ofStep = fc.tuple(fc.constantFrom("<", ">", "=="), fc.integer({ min: 1, max: 5 })).map(
	([operator, n]): Part => ({
		text: `step ${operator} ${n}`,
		asksStep: true,
		holds: ({ step }) => (operator === "<" ? step < n : operator === ">" ? step > n : step === n),
	}),
);

const ofOutput = fc.constant<Part>({ text: "output == None", asksStep: false, holds: ({ output }) => output === null });

const atom = fc.oneof(
	{ weight: 5, arbitrary: ofData.map((part) => ({ ...part, text: `(${part.text})` })) },
	{ weight: 3, arbitrary: ofState },
	{ weight: 1, arbitrary: ofStep },
	{ weight: 1, arbitrary: ofOutput },
);

const expression: fc.Arbitrary<Part> = fc.oneof(
	{ weight: 2, arbitrary: ofData },
	{
		weight: 5,
		arbitrary: fc.tuple(atom, fc.constantFrom("and", "or"), atom).map(
			([left, word, right]): Part => ({
				text: `${left.text} ${word} ${right.text}`,
				asksStep: left.asksStep || right.asksStep,
				holds: (moment) =>
					word === "and" ? left.holds(moment) && right.holds(moment) : left.holds(moment) || right.holds(moment),
			}),
		),
	},
	{
		weight: 2,
		arbitrary: fc.tuple(atom, atom, atom).map(
			([yes, test, no]): Part => ({
				text: `${yes.text} if ${test.text} else ${no.text}`,
				asksStep: yes.asksStep || test.asksStep || no.asksStep,
				holds: (moment) => (test.holds(moment) ? yes.holds(moment) : no.holds(moment)),
			}),
		),
	},
	{
		weight: 1,
		arbitrary: atom.map(
			(part): Part => ({
				text: `not ${part.text}`,
				asksStep: part.asksStep,
				holds: (moment) => !part.holds(moment),
			}),
		),
	},
);

/** Over `context`, `output`, `state` and `step`; some have no value at times. */
export const smallInvariant: fc.Arbitrary<SmallInvariant> = fc
	.tuple(fc.constantFrom<InvariantKind>("always", "never", "eventually"), expression)
	.map(([kind, part]) => ({ ...part, kind }));
