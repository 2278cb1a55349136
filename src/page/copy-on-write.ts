/** Collections being changed by a batch: copied once, at the first change; without one the result is the very same object. */

export class ListDraft<Item> {
	readonly #before: readonly Item[];
	#copy: Item[] | null = null;

	constructor(before: readonly Item[]) {
		this.#before = before;
	}

	/** Not to be kept. */
	get current(): readonly Item[] {
		return this.#copy ?? this.#before;
	}

	/** To be changed. */
	get own(): Item[] {
		this.#copy ??= [...this.#before];
		return this.#copy;
	}

	/** @param keep how many of the last ones */
	result(keep = Number.POSITIVE_INFINITY): readonly Item[] {
		return this.current.length > keep ? this.current.slice(-keep) : this.current;
	}
}

export class MapDraft<Key, Value> {
	readonly #before: ReadonlyMap<Key, Value>;
	#copy: Map<Key, Value> | null = null;

	constructor(before: ReadonlyMap<Key, Value>) {
		this.#before = before;
	}

	get(key: Key): Value | undefined {
		return (this.#copy ?? this.#before).get(key);
	}

	set(key: Key, value: Value): void {
		this.#copy ??= new Map(this.#before);
		this.#copy.set(key, value);
	}

	delete(key: Key): void {
		this.#copy ??= new Map(this.#before);
		this.#copy.delete(key);
	}

	clear(): void {
		this.#copy = new Map();
	}

	result(): ReadonlyMap<Key, Value> {
		return this.#copy ?? this.#before;
	}
}

/** Lists by key; those whose key no change names stay the same objects, too. */
export class ListsDraft<Key, Item> {
	readonly #lists: MapDraft<Key, readonly Item[]>;
	readonly #drafts = new Map<Key, ListDraft<Item>>();

	constructor(before: ReadonlyMap<Key, readonly Item[]>) {
		this.#lists = new MapDraft(before);
	}

	of(key: Key): ListDraft<Item> {
		let draft = this.#drafts.get(key);
		if (draft === undefined) {
			draft = new ListDraft(this.#lists.get(key) ?? []);
			this.#drafts.set(key, draft);
		}
		return draft;
	}

	/** Lists without items are none. */
	result(): ReadonlyMap<Key, readonly Item[]> {
		for (const [key, draft] of this.#drafts) {
			const list = draft.result();
			if (list.length > 0) this.#lists.set(key, list);
			else if (this.#lists.get(key) !== undefined) this.#lists.delete(key);
		}
		return this.#lists.result();
	}
}
