/** Plain values made simpler step by step: what shrinking tries in place of an answer of a failing run. */
import { isRecord } from "../../../compiler/document/plain-data.ts";

/**
 * Simpler values of the same type, the simplest first. Each is less by a measure that cannot fall for ever (length, then
 * distance from zero, then how plain the parts are), so that whoever goes on from one of them comes to an end.
 */
export function* simplerValues(value: unknown): Generator<unknown, void, undefined> {
	if (typeof value === "number") yield* simplerNumbers(value);
	else if (typeof value === "string") yield* simplerTexts(value);
	else if (value === true) yield false;
	else if (Array.isArray(value)) yield* simplerLists(value);
	else if (isRecord(value)) yield* simplerMaps(value);
}

/** Nearer to zero, without a fraction, without a sign. */
function* simplerNumbers(value: number): Generator<number, void, undefined> {
	if (value === 0) return;
	yield 0;
	if (!Number.isInteger(value)) yield Math.trunc(value);
	if (value < 0) yield -value;
	for (let part = value / 2; Math.abs(part) >= 1; part /= 2) {
		const nearer = value - Math.trunc(part);
		if (nearer !== 0) yield nearer;
	}
	if (Math.abs(value) > 1) yield value - Math.sign(value);
}

function* simplerTexts(value: string): Generator<string, void, undefined> {
	if (value === "") return;
	yield "";
	const characters = [...value];
	for (let count = Math.floor(characters.length / 2); count >= 1; count = Math.floor(count / 2)) {
		yield characters.slice(0, characters.length - count).join("");
		yield characters.slice(count).join("");
	}
	for (const [index, character] of characters.entries()) {
		if (character !== "a") yield [...characters.slice(0, index), "a", ...characters.slice(index + 1)].join("");
	}
}

function* simplerLists(value: readonly unknown[]): Generator<readonly unknown[], void, undefined> {
	if (value.length === 0) return;
	yield [];
	for (let count = Math.floor(value.length / 2); count >= 1; count = Math.floor(count / 2)) {
		for (let from = 0; from < value.length; from += count) {
			yield [...value.slice(0, from), ...value.slice(from + count)];
		}
	}
	for (const [index, item] of value.entries()) {
		for (const simpler of simplerValues(item)) yield [...value.slice(0, index), simpler, ...value.slice(index + 1)];
	}
}

function* simplerMaps(value: Readonly<Record<string, unknown>>): Generator<Record<string, unknown>, void, undefined> {
	const entries = Object.entries(value);
	if (entries.length > 1) yield {};
	for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
	for (const [key, item] of entries) {
		for (const simpler of simplerValues(item)) yield { ...value, [key]: simpler };
	}
}
