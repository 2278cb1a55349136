/** What a candidate shows: which transition its state takes, and how each condition ahead, and each part of it, comes out. */
import { truthy } from "../../../compiler/expression/index.ts";
import { conditionExpression, conditionValue } from "./condition-expression.ts";
import { comparisonsOf, isOnBound } from "./condition-parts.ts";
import { type Evaluated, evaluate, type Scope } from "./evaluate.ts";
import { machineReads, type Reader } from "./readers.ts";
import { contextIn, type Outcome, renderWrites, type Source } from "./source.ts";

/** Names of what was seen; a candidate that adds none to those of the others tells nothing new. */
export interface Features {
	readonly choice: string;
	/** How each reader takes it, in the order of the source's readers: `3T`, `3F`, or `3E` where it fails. */
	readonly verdicts: readonly string[];
	/** How the parts of the readers come out: the rest of a condition may be other answers' to make true. */
	readonly parts: readonly string[];
	/** Those of both that conditions of other states show. */
	readonly ahead: readonly string[];
	/** What is stored where a value is made of the one before: a count may matter many rounds later. */
	readonly stored: readonly string[];
}

/** Whether a candidate shows all that another one shows. */
export function includesAll(features: Features, others: Features): boolean {
	const namesOf = ({ choice, verdicts, parts, stored }: Features) => [choice, ...verdicts, ...parts, ...stored];
	const shown = new Set(namesOf(features));
	return namesOf(others).every((name) => shown.has(name));
}

/** What one candidate's outcome shows. */
export function featuresOf(source: Source, outcome: Outcome): Features {
	const verdicts: string[] = [];
	const parts: string[] = [];
	const ahead: string[] = [];
	for (const [index, reader] of source.readers.entries()) {
		const { scope } = outcome.scope === undefined ? outcome : scopesAt(source, reader, outcome);
		const verdict = `${index}${scope === undefined ? "E" : letterOf(conditionValue(reader, scope))}`;
		const shown = scope === undefined ? [] : partsOf(reader, index, scope);
		verdicts.push(verdict);
		parts.push(...shown);
		if (!reader.isOwn) ahead.push(verdict, ...shown);
	}
	const stored = outcome.scope === undefined ? [] : storedIn(source, contextIn(outcome.scope));
	return { choice: `choice ${choiceOf(source, outcome.scope)}`, verdicts, parts, ahead, stored };
}

/** The values of the keys that count on from what they were, as `KEY=VALUE`. */
function storedIn({ plan, writes }: Source, context: Readonly<Record<string, unknown>>): readonly string[] {
	const reads = machineReads(plan);
	return writes
		.filter(([key, structure]) => reads.structureReads(structure, key))
		.map(([key]) => `${key}=${JSON.stringify(context[key] ?? null)}`);
}

/** What a reader sees after the templates between. */
export function scopesAt(source: Source, reader: Reader, base: Outcome): Outcome {
	if (reader.chain.length === 0 || base.scope === undefined) return base;
	const after = renderWrites(source.plan, reader.chain, {
		context: contextIn(base.scope),
		value: null,
		root: "output",
		skips: () => false,
	});
	return { scopes: [...base.scopes, ...after.scopes], scope: after.scope };
}

/**
 * That both sides of an order are equal is told apart, since `>` and `>=` differ there alone; and so are the values that a
 * reader should take.
 */
function partsOf(reader: Reader, index: number, scope: Scope): string[] {
	const shown = isOnBound(reader.expression, reader.door, scope) ? [`${index}=`] : [];
	if (reader.values !== undefined) {
		const taken = evaluate(reader.expression, reader.door, scope);
		const text = taken.failed ? undefined : JSON.stringify(taken.value);
		const at = reader.values.findIndex((value) => JSON.stringify(value) === text);
		if (at !== -1) shown.push(`${index}.value ${at}`);
	}
	for (const [at, part] of comparisonsOf(reader.expression).entries()) {
		shown.push(`${index}.${at}${letterOf(evaluate(part, reader.door, scope))}`);
		if (isOnBound(part, reader.door, scope)) shown.push(`${index}.${at}=`);
	}
	return shown;
}

function letterOf(held: Evaluated): "T" | "F" | "E" {
	if (held.failed) return "E";
	return truthy(held.value) ? "T" : "F";
}

/** Which transition of the state itself is taken. */
function choiceOf({ state }: Source, scope: Scope | undefined): string {
	if (state === undefined) return "";
	if (scope === undefined) return "error";
	for (const [index, { when }] of state.transitions.entries()) {
		if (when === "never") continue;
		const condition = when && conditionExpression(when.node);
		if (condition === undefined) return String(index);
		const held = conditionValue(condition, scope);
		if (held.failed) return "error";
		if (truthy(held.value)) return String(index);
	}
	return "none";
}
