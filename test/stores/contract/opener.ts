/** How a store's test file says what it opens, and how the contract's tests open it. */
import { afterEach } from "vitest";
import type { ExecutionLock } from "../../../runtime/store/execution-lock.ts";
import type { Store, StoreOptions } from "../../../runtime/store/store.ts";

/** An empty store under test. */
export interface OpenedStore {
	readonly store: Store;
	/**
	 * Opens one more store object on the same data, as another process would. Absent where the data live in the object:
	 * the tests use the one object twice then.
	 */
	readonly again?: (options: StoreOptions) => Store | Promise<Store>;
	/** Removes the data once all store objects of the test are closed. */
	readonly remove?: () => void | Promise<void>;
}

export interface StoreAbilities {
	/** `store.lock` is not null. */
	readonly locks: boolean;
	/** A commit with a lease that somebody else has taken since is refused. */
	readonly fences: boolean;
	/** Leases end by themselves after `leaseSeconds` of the injected clock. */
	readonly takesOverExpired: boolean;
	/** A listener of one store object hears of signals that another one sends: `signals.notifies`. */
	readonly notifiesAcrossStores: boolean;
	/** It has what fleets of workers need: `store.joins`, `store.registrations` and `store.work`. Default false. */
	readonly fleet?: boolean;
	/** It counts calls for all of its processes: `store.rateLimits`. Default false. */
	readonly rateLimits?: boolean;
}

export interface StoreOpener {
	readonly abilities: StoreAbilities;
	/** Opens a store without any data. To be handed on as they are: the options have a clock that stands still. */
	open(options: StoreOptions): OpenedStore | Promise<OpenedStore>;
}

/** A clock that moves only when it is told to. */
export class TestClock {
	#now = Date.parse("2026-01-02T03:04:05.000Z");
	readonly now = (): number => this.#now;

	advance(milliseconds: number): void {
		this.#now += milliseconds;
	}
}

/** Two store objects on the same data, or the same one twice, and what they were opened with. */
export interface StoresUnderTest {
	readonly store: Store;
	readonly other: Store;
	readonly clock: TestClock;
	readonly leaseSeconds: number;
	/** Opens a third; it is closed after the test. */
	reopen(): Promise<Store>;
	/** For property tests, which open many stores in one test. */
	close(): Promise<void>;
}

/** Gives the function with which tests open stores. All are closed and removed after each test. */
export function storesOf(opener: StoreOpener): () => Promise<StoresUnderTest> {
	const closings: (() => Promise<void>)[] = [];
	afterEach(async () => {
		for (const close of closings.splice(0)) await close();
	});
	return async () => {
		const clock = new TestClock();
		const leaseSeconds = 30;
		let ids = 0;
		// Neither sorted by text nor by length: who orders by id instead of by time is found out.
		const newId = () => `${["z", "a", "m"][ids % 3]}-${++ids}`;
		const options: StoreOptions = { now: clock.now, newId, leaseSeconds };
		const opened = await opener.open(options);
		const stores = new Set<Store>([opened.store]);
		let closed = false;
		const close = async () => {
			if (closed) return;
			closed = true;
			for (const store of stores) await store.close();
			await opened.remove?.();
		};
		closings.push(close);
		const reopen = async () => {
			const store = opened.again === undefined ? opened.store : await opened.again(options);
			stores.add(store);
			return store;
		};
		return { store: opened.store, other: await reopen(), clock, leaseSeconds, reopen, close };
	};
}

/** The lock of a store that says that it has one. */
export function lockOf(store: Store): ExecutionLock {
	if (store.lock === null) throw new Error(`${store.name} has no lock, though its abilities say \`locks: true\``);
	return store.lock;
}
