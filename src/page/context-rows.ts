/** A JSON value as the rows of a tree: what is open, what changed, and long lists in ranges so that no tree is endless. */
import { isRecord } from "./server-message.ts";

export interface ContextRow {
	/** Unique in the tree, and the same in the next frame. */
	readonly id: string;
	/** 0 for the members of the value itself. */
	readonly depth: number;
	readonly key: string;
	readonly kind: "object" | "list" | "range" | "string" | "number" | "boolean" | "null" | "removed";
	readonly value: unknown;
	/** Undefined for what cannot be opened. */
	readonly isOpen: boolean | undefined;
	/** Of members, or of a text's characters. */
	readonly size: number;
	readonly change: "changed" | "within" | undefined;
	/** What a changed member was before; only where it was there. */
	readonly before?: { readonly value: unknown };
}

export interface ContextView {
	/** What the reader opened or closed, by the row's id. */
	readonly open: ReadonlyMap<string, boolean>;
	/** Paths into the value. */
	readonly changed: readonly (readonly string[])[];
	/** The value of the frame before. */
	readonly before?: unknown;
}

const rangeSize = 100;
/** Longer texts are folded. */
export const longText = 120;

/** The members of an object or a list, each with the rows below it as far as they are open. */
export function contextRows(value: unknown, view: ContextView): readonly ContextRow[] {
	const rows: ContextRow[] = [];
	addMembers(rows, { value, before: view.before, changes: changeTree(view.changed), depth: 0, id: "" }, view.open);
	return rows;
}

interface Place {
	readonly value: unknown;
	readonly before: unknown;
	readonly changes: ChangeTree | undefined;
	readonly depth: number;
	readonly id: string;
}

function addMembers(rows: ContextRow[], place: Place, open: ContextView["open"]): void {
	const members = membersOf(place.value);
	if (members.length <= rangeSize) {
		for (const [key, value] of members) addRow(rows, key, value, place, open);
	} else {
		addRanges(rows, members, place, open);
	}
	for (const [key, change] of place.changes?.below ?? []) {
		const was = memberOf(place.before, key);
		if (!change.isChanged || was === undefined || memberOf(place.value, key) !== undefined) continue;
		const { depth } = place;
		const id = idOf(place.id, key);
		rows.push({
			id,
			depth,
			key,
			kind: "removed",
			value: undefined,
			isOpen: undefined,
			size: 0,
			change: "changed",
			before: was,
		});
	}
}

function addRanges(
	rows: ContextRow[],
	members: readonly (readonly [string, unknown])[],
	place: Place,
	open: ContextView["open"],
): void {
	for (let start = 0; start < members.length; start += rangeSize) {
		const part = members.slice(start, start + rangeSize);
		const id = idOf(place.id, `${start}…`);
		const isChanged = part.some(([key]) => place.changes?.below.has(key));
		const isOpen = open.get(id) ?? isChanged;
		const key = `${start} … ${start + part.length - 1}`;
		const change = isChanged ? "within" : undefined;
		rows.push({ id, depth: place.depth, key, kind: "range", value: undefined, isOpen, size: part.length, change });
		if (!isOpen) continue;
		for (const [name, value] of part) addRow(rows, name, value, { ...place, depth: place.depth + 1 }, open);
	}
}

function addRow(rows: ContextRow[], key: string, value: unknown, place: Place, open: ContextView["open"]): void {
	const { depth } = place;
	const id = idOf(place.id, key);
	const changes = place.changes?.below.get(key);
	const change = changes === undefined ? undefined : changes.isChanged ? "changed" : "within";
	const was = memberOf(place.before, key);
	const kind = kindOf(value);
	const size = sizeOf(value);
	const canOpen = kind === "string" ? isLong(value) : (kind === "object" || kind === "list") && size > 0;
	const isOpen = canOpen ? (open.get(id) ?? isOpenAtFirst(kind, size, depth, change)) : undefined;
	const before = change === "changed" && was !== undefined ? { before: was } : {};
	rows.push({ id, depth, key, kind, value, isOpen, size, change, ...before });
	if (isOpen === true && kind !== "string") {
		addMembers(rows, { value, before: was?.value, changes, depth: depth + 1, id }, open);
	}
}

/** Small things and the way to a change are open; texts are opened by the reader. */
function isOpenAtFirst(kind: ContextRow["kind"], size: number, depth: number, change: ContextRow["change"]): boolean {
	if (kind === "string") return false;
	return change === "within" || (depth < 2 && size <= 12);
}

interface ChangeTree {
	isChanged: boolean;
	readonly below: Map<string, ChangeTree>;
}

function changeTree(paths: readonly (readonly string[])[]): ChangeTree {
	const root: ChangeTree = { isChanged: false, below: new Map() };
	for (const path of paths) {
		let tree = root;
		for (const key of path) {
			let next = tree.below.get(key);
			if (next === undefined) {
				next = { isChanged: false, below: new Map() };
				tree.below.set(key, next);
			}
			tree = next;
		}
		tree.isChanged = true;
	}
	return root;
}

function kindOf(value: unknown): Exclude<ContextRow["kind"], "range" | "removed"> {
	if (Array.isArray(value)) return "list";
	if (isRecord(value)) return "object";
	if (typeof value === "number") return "number";
	if (typeof value === "boolean") return "boolean";
	return typeof value === "string" ? "string" : "null";
}

function sizeOf(value: unknown): number {
	return typeof value === "string" ? value.length : membersOf(value).length;
}

export function isLong(value: unknown): boolean {
	return typeof value === "string" && (value.length > longText || value.includes("\n"));
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
	return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Own members only: the keys come from a model's answers. */
function memberOf(value: unknown, key: string): { readonly value: unknown } | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const member = Object.getOwnPropertyDescriptor(value, key);
	return member === undefined || !member.enumerable ? undefined : { value: member.value };
}

/** Keys may hold any character, so their lengths go along. */
function idOf(parent: string, key: string): string {
	return `${parent}/${key.length}:${key}`;
}
