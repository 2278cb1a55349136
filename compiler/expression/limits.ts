/** Bounds on size and time, so that no template or condition can stop the program (decisions: code in templates). */
import { Fault } from "./errors.ts";

/** Nesting of brackets, blocks and the like. */
export const MAX_NESTING = 200;
/** Depth of a syntax tree; chains such as `a + b + c` grow it by one an operator. */
export const MAX_TREE_DEPTH = 500;
/** Nesting of data that is printed or compared. */
export const MAX_DATA_DEPTH = 1000;
/** Loop iterations in one rendering, all loops together. */
export const MAX_ITERATIONS = 100_000;
/** UTF-16 units of one rendering's output, and of any text made on the way. */
export const MAX_TEXT = 10_000_000;
/** Items of a list made by an expression. */
export const MAX_ITEMS = 1_000_000;
/** Elements of `range()`. */
export const MAX_RANGE = 100_000;
/** Bits of an integer made by `**`, `*` and the like. */
export const MAX_INTEGER_BITS = 4096;
/** Units of work in one evaluation: list items and runs of characters that filters, methods and operators touch. */
export const MAX_WORK = 4_000_000;

/** Characters that count as one unit of work. */
const CHARACTERS_PER_UNIT = 32;

let workLeft = MAX_WORK;
let iterationsLeft = MAX_ITERATIONS;
let localLists: WeakSet<object> | null = null;
let filledMappings: WeakSet<object> | null = null;

/** Starts the accounts of one evaluation. Evaluations never overlap: they are synchronous and call no code of others. */
export function beginEvaluation(): void {
	workLeft = MAX_WORK;
	iterationsLeft = MAX_ITERATIONS;
	localLists = null;
	filledMappings = null;
}

/** Counts `units` of work. */
export function spend(units: number): void {
	workLeft -= units;
	if (workLeft < 0) throw new Fault("the evaluation does too much work; it was stopped");
}

/** Counts one loop iteration. */
export function countIteration(): void {
	iterationsLeft -= 1;
	if (iterationsLeft < 0) throw new Fault(`the template makes more than ${MAX_ITERATIONS} loop iterations`);
}

/** Checks and counts a text that was made. */
export function checkText(text: string): string {
	if (text.length > MAX_TEXT) throw new Fault(`the text grows beyond ${MAX_TEXT} characters`);
	spendText(text);
	return text;
}

/** Counts the reading of a text. */
export function spendText(text: string): void {
	spend(text.length / CHARACTERS_PER_UNIT);
}

/** Refuses a text that would become too long, before it is made. */
export function checkTextLength(length: number): void {
	if (length > MAX_TEXT) throw new Fault(`the text grows beyond ${MAX_TEXT} characters`);
}

/** Checks and counts a list that is about to be made. */
export function checkItems(length: number): void {
	checkSize(length);
	spend(length);
}

/** Checks the size of a list that grows by one item. */
export function checkSize(length: number): void {
	if (length > MAX_ITEMS) throw new Fault(`the list grows beyond ${MAX_ITEMS} items`);
	spend(1);
}

/** Remembers a list as made by this evaluation, hence changeable by `append()` and the like. */
export function markLocal<T extends object>(list: T): T {
	localLists ??= new WeakSet();
	localLists.add(list);
	return list;
}

/** Whether this evaluation made the list itself. */
export function isLocal(list: object): boolean {
	return localLists?.has(list) ?? false;
}

/** Remembers that a mapping of the user's has keys: JavaScript lists them all to tell. */
export function markFilled(mapping: object): void {
	filledMappings ??= new WeakSet();
	filledMappings.add(mapping);
}

/** Whether this evaluation knows that the mapping has keys. */
export function isKnownFilled(mapping: object): boolean {
	return filledMappings?.has(mapping) ?? false;
}
