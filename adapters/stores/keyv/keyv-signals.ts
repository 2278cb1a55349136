/** Signals in a Keyv: a row for each, and sorted sets of their places by channel and by addressee. */
import { ownNumber, ownString } from "../../../compiler/document/plain-data.ts";
import type { Signal, SignalBackend } from "../../../runtime/signals/signal-backend.ts";
import type { StoreOptions } from "../../../runtime/store/store.ts";
import { checkChannel, parseSignalData, signalJson } from "../signal-data.ts";
import type { StoreGate } from "../store-gate.ts";
import { idAfterTime, padded } from "./execution-rows.ts";
import { sentKey, signalKey } from "./keys.ts";
import { corrupt } from "./rows.ts";
import type { SharedKeyv } from "./shared.ts";
import { addMember, firstMember, membersOf, removeMember, type SetName } from "./sorted-sets.ts";
import type { Transaction } from "./transaction.ts";

interface SignalRow {
	readonly id: string;
	readonly channel: string;
	readonly json: string;
	readonly createdAt: string;
	/** The number of the signal that was sent: its place in the order. */
	readonly place: number;
	/** Which copy of it, where it was broadcast. */
	readonly copy: number;
	readonly executionId: string | null;
}

export class KeyvSignals implements SignalBackend {
	readonly notifies = false;
	readonly #shared: SharedKeyv;
	readonly #gate: StoreGate;
	readonly #options: Required<Pick<StoreOptions, "now" | "newId">>;

	constructor(shared: SharedKeyv, gate: StoreGate, options: Required<Pick<StoreOptions, "now" | "newId">>) {
		this.#shared = shared;
		this.#gate = gate;
		this.#options = options;
	}

	async send(channel: string, data: unknown, options: { readonly executionId?: string } = {}): Promise<string> {
		this.#gate.check();
		const json = signalJson(channel, data);
		const { now, newId } = this.#options;
		const [id, createdAt] = [newId(), new Date(now()).toISOString()];
		await this.#transact(async (rows) => {
			const place = (ownNumber(await rows.get(sentKey), "sent") ?? 0) + 1;
			rows.set(sentKey, { sent: place });
			await add(rows, { id, channel, json, createdAt, place, copy: 0, executionId: options.executionId ?? null });
		});
		this.#shared.listeners.tell(channel);
		return id;
	}

	claim(channel: string, executionId: string): Promise<Signal | null> {
		return this.#onChannel(channel, async (rows) => {
			const own = await first(rows, ownSet(channel, executionId));
			const free = await first(rows, freeSet(channel));
			if (free === undefined || (own !== undefined && memberOf(own) < memberOf(free))) {
				return own === undefined ? null : signalOf(own);
			}
			await remove(rows, free);
			const claimed = { ...free, executionId };
			await add(rows, claimed);
			return signalOf(claimed);
		});
	}

	acknowledge(signalId: string): Promise<void> {
		return this.#transact(async (rows) => {
			const signal = await read(rows, signalId);
			if (signal !== undefined) await remove(rows, signal);
		});
	}

	broadcast(channel: string, executionIds: readonly string[]): Promise<Signal | null> {
		const wanted = new Set(executionIds);
		return this.#onChannel(channel, async (rows) => {
			const free = await first(rows, freeSet(channel));
			const addressees: string[] = [];
			for (const id of wanted) {
				if ((await firstMember(rows, ownSet(channel, id))) === undefined) addressees.push(id);
			}
			if (free === undefined || addressees.length === 0) return null;
			await remove(rows, free);
			for (const [copy, executionId] of addressees.entries()) {
				await add(rows, { ...free, id: this.#options.newId(), copy, executionId });
			}
			return signalOf(free);
		});
	}

	consume(channel: string): Promise<Signal | null> {
		return this.#onChannel(channel, async (rows) => {
			const free = await first(rows, freeSet(channel));
			if (free === undefined) return null;
			await remove(rows, free);
			return signalOf(free);
		});
	}

	peek(channel: string): Promise<readonly Signal[]> {
		return this.#onChannel(channel, async (rows) => (await readAll(rows, channel)).map(signalOf));
	}

	channels(): Promise<readonly string[]> {
		return this.#transact(async (rows) => {
			const names: string[] = [];
			for await (const name of membersOf(rows, channelSet)) names.push(name);
			return names;
		});
	}

	addressees(channel: string): Promise<readonly string[]> {
		return this.#onChannel(channel, async (rows) => {
			const signals = await readAll(rows, channel);
			return [...new Set(signals.flatMap(({ executionId }) => executionId ?? []))];
		});
	}

	async subscribe(listener: (channel: string) => void): Promise<() => Promise<void>> {
		this.#gate.check();
		return this.#shared.listeners.add(listener);
	}

	async #onChannel<T>(channel: string, task: (rows: Transaction) => Promise<T>): Promise<T> {
		this.#gate.check();
		checkChannel(channel);
		return this.#transact(task);
	}

	#transact<T>(task: (rows: Transaction) => Promise<T>): Promise<T> {
		return this.#gate.run(() => this.#shared.transact(task));
	}
}

const channelSet: SetName = { name: "channels", value: "" };

/** All signals of a channel. */
function allSet(channel: string): SetName {
	return { name: "signals", value: channel };
}

/** Those that are addressed to nobody. */
function freeSet(channel: string): SetName {
	return { name: "free", value: channel };
}

/** Those that are addressed to one execution. */
function ownSet(channel: string, executionId: string): SetName {
	return { name: "own", value: JSON.stringify([channel, executionId]) };
}

/** All signals, on whatever channel, that are addressed to one execution. */
function addresseeSet(executionId: string): SetName {
	return { name: "to", value: executionId };
}

/** Removes all that is addressed to an execution that is deleted. */
export async function removeSignalsOf(rows: Transaction, executionId: string): Promise<void> {
	const members: string[] = [];
	for await (const member of membersOf(rows, addresseeSet(executionId))) members.push(member);
	for (const member of members) await remove(rows, await readMember(rows, member));
}

function addressedSet({ channel, executionId }: SignalRow): SetName {
	return executionId === null ? freeSet(channel) : ownSet(channel, executionId);
}

/** Sorts by place, then by copy; `idAfterTime` gives what follows the place. */
function memberOf({ place, copy, id }: SignalRow): string {
	return `${padded(place)}|${padded(copy)}|${id}`;
}

async function add(rows: Transaction, signal: SignalRow): Promise<void> {
	rows.set(signalKey(signal.id), signal);
	await addMember(rows, channelSet, signal.channel);
	await addMember(rows, allSet(signal.channel), memberOf(signal));
	await addMember(rows, addressedSet(signal), memberOf(signal));
	if (signal.executionId !== null) await addMember(rows, addresseeSet(signal.executionId), memberOf(signal));
}

async function remove(rows: Transaction, signal: SignalRow): Promise<void> {
	rows.delete(signalKey(signal.id));
	await removeMember(rows, addressedSet(signal), memberOf(signal));
	if (signal.executionId !== null) await removeMember(rows, addresseeSet(signal.executionId), memberOf(signal));
	await removeMember(rows, allSet(signal.channel), memberOf(signal));
	if ((await firstMember(rows, allSet(signal.channel))) === undefined) {
		await removeMember(rows, channelSet, signal.channel);
	}
}

async function first(rows: Transaction, set: SetName): Promise<SignalRow | undefined> {
	const member = await firstMember(rows, set);
	return member === undefined ? undefined : readMember(rows, member);
}

async function readAll(rows: Transaction, channel: string): Promise<SignalRow[]> {
	const signals: SignalRow[] = [];
	for await (const member of membersOf(rows, allSet(channel))) signals.push(await readMember(rows, member));
	return signals;
}

async function readMember(rows: Transaction, member: string): Promise<SignalRow> {
	const id = idAfterTime(idAfterTime(member));
	const signal = await read(rows, id);
	if (signal === undefined) throw corrupt(signalKey(id));
	return signal;
}

async function read(rows: Transaction, id: string): Promise<SignalRow | undefined> {
	const key = signalKey(id);
	const value = await rows.get(key);
	if (value === undefined) return undefined;
	const [channel, json, createdAt] = [
		ownString(value, "channel"),
		ownString(value, "json"),
		ownString(value, "createdAt"),
	];
	const [place, copy] = [ownNumber(value, "place"), ownNumber(value, "copy")];
	if (channel === undefined || json === undefined || createdAt === undefined) throw corrupt(key);
	if (place === undefined || copy === undefined) throw corrupt(key);
	return { id, channel, json, createdAt, place, copy, executionId: ownString(value, "executionId") ?? null };
}

function signalOf({ id, channel, json, createdAt, executionId }: SignalRow): Signal {
	return { id, channel, data: parseSignalData(id, json, "the Keyv"), created_at: createdAt, execution_id: executionId };
}
