/** Sorted sets of texts in a Keyv: one row while they are small, else a row that lists their parts. */
import { own } from "../../../compiler/document/plain-data.ts";
import { compareText, countBefore } from "../sorted-list.ts";
import { setKey } from "./keys.ts";
import { corrupt } from "./rows.ts";
import type { Transaction } from "./transaction.ts";

/** A set's name: what it indexes, and by which value. */
export interface SetName {
	readonly name: string;
	readonly value: string;
}

/** Which members: after one, from one on, and before one. */
export interface Range {
	readonly after?: string;
	readonly from?: string;
	readonly below?: string;
}

/** Members in one row. */
const most = 128;

/** The first member that a part may have, and the part's number. */
type Part = readonly [string, number];

interface Directory {
	readonly parts: readonly Part[];
	readonly next: number;
}

export async function addMember(rows: Transaction, set: SetName, member: string): Promise<void> {
	const key = setKey(set.name, set.value);
	const root = readSet(key, await rows.get(key));
	if (isMembers(root)) {
		const members = inserted(root, member);
		if (members.length <= most) return rows.set(key, members);
		const half = members.length >>> 1;
		const upper = members.slice(half);
		rows.set(setKey(set.name, set.value, 1), members.slice(0, half));
		rows.set(setKey(set.name, set.value, 2), upper);
		return rows.set(key, {
			parts: [
				["", 1],
				[upper[0], 2],
			],
			next: 3,
		});
	}
	const at = partOf(root, member);
	const [first, number] = root.parts[at] ?? ["", root.next];
	const partKey = setKey(set.name, set.value, number);
	const members = inserted(await readPart(rows, partKey), member);
	if (members.length <= most) return rows.set(partKey, members);
	const half = members.length >>> 1;
	const upper = members.slice(half);
	rows.set(partKey, members.slice(0, half));
	rows.set(setKey(set.name, set.value, root.next), upper);
	rows.set(key, {
		parts: root.parts.toSpliced(at, 1, [first, number], [upper[0] ?? "", root.next]),
		next: root.next + 1,
	});
}

export async function removeMember(rows: Transaction, set: SetName, member: string): Promise<void> {
	const key = setKey(set.name, set.value);
	const root = readSet(key, await rows.get(key));
	if (isMembers(root)) {
		const left = root.filter((each) => each !== member);
		if (left.length === root.length) return;
		return left.length === 0 ? rows.delete(key) : rows.set(key, left);
	}
	const at = partOf(root, member);
	const partKey = setKey(set.name, set.value, root.parts[at]?.[1]);
	const members = await readPart(rows, partKey);
	const left = members.filter((each) => each !== member);
	if (left.length === members.length) return;
	if (left.length > 0) return rows.set(partKey, left);
	rows.delete(partKey);
	// The first part takes what comes before all others, whichever it is.
	const parts = root.parts.toSpliced(at, 1).map(([first, number], index): Part => [index === 0 ? "" : first, number]);
	if (parts.length === 0) rows.delete(key);
	else rows.set(key, { parts, next: root.next });
}

/** The members, sorted; the parts of a large set are read as they are needed. */
export async function* membersOf(rows: Transaction, set: SetName, range: Range = {}): AsyncGenerator<string> {
	const { after, from = after, below } = range;
	const key = setKey(set.name, set.value);
	const root = readSet(key, await rows.get(key));
	const parts: readonly (number | undefined)[] = isMembers(root)
		? [undefined]
		: root.parts.slice(from === undefined ? 0 : partOf(root, from)).map(([, number]) => number);
	for (const part of parts) {
		const members = isMembers(root) ? root : await readPart(rows, setKey(set.name, set.value, part));
		for (const member of members.slice(from === undefined ? 0 : countBefore(members, from, compareText))) {
			if (member === after) continue;
			if (below !== undefined && member >= below) return;
			yield member;
		}
	}
}

export async function firstMember(rows: Transaction, set: SetName): Promise<string | undefined> {
	for await (const member of membersOf(rows, set)) return member;
	return undefined;
}

function inserted(members: readonly string[], member: string): readonly string[] {
	const at = countBefore(members, member, compareText);
	return members[at] === member ? members : members.toSpliced(at, 0, member);
}

/** Which part has the member, or would have it: the last whose first member does not come after it. */
function partOf({ parts }: Directory, member: string): number {
	const firsts = parts.map(([first]) => first);
	const at = countBefore(firsts, member, compareText);
	return Math.max(0, firsts[at] === member ? at : at - 1);
}

function isMembers(root: readonly string[] | Directory): root is readonly string[] {
	return Array.isArray(root);
}

async function readPart(rows: Transaction, key: string): Promise<readonly string[]> {
	const members = readSet(key, await rows.get(key));
	if (!isMembers(members)) throw corrupt(key);
	return members;
}

function readSet(key: string, value: unknown): readonly string[] | Directory {
	if (value === undefined) return [];
	if (isTexts(value)) return value;
	const parts = own(value, "parts");
	const next = own(value, "next");
	if (!Array.isArray(parts) || typeof next !== "number") throw corrupt(key);
	const read = parts.map((part: unknown): Part => {
		if (!Array.isArray(part)) throw corrupt(key);
		const [first, number]: readonly unknown[] = part;
		if (typeof first !== "string" || typeof number !== "number") throw corrupt(key);
		return [first, number];
	});
	return { parts: read, next };
}

function isTexts(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((each) => typeof each === "string");
}
