/** Leases as directories: taking one over is a rename, of which the system lets exactly one succeed. */
import type { ExecutionLock, Lease, LeaseHolder } from "../../../runtime/store/execution-lock.ts";
import { describeProcess, isDead, ownIdentity } from "../../../runtime/store/owner.ts";
import type { Access } from "./access.ts";
import type { Disk } from "./disk.ts";
import { codeOf, isMissing } from "./failures.ts";
import { encodeName, type Layout } from "./layout.ts";
import {
	freeName,
	heldName,
	type LeaseState,
	newestState,
	type OwnerRecord,
	ownerFile,
	readOwner,
} from "./lease-state.ts";

export interface FileLockOptions {
	readonly leaseMs: number;
	readonly now: () => number;
	readonly newId: () => string;
	readonly access: Access;
}

/** Others rename as well: a state that was read may be gone when it is to be changed. */
const mostAttempts = 100;

export class FileLock implements ExecutionLock {
	readonly heartbeatMs: number;
	readonly #disk: Disk;
	readonly #layout: Layout;
	readonly #options: FileLockOptions;

	constructor(disk: Disk, layout: Layout, options: FileLockOptions) {
		this.#disk = disk;
		this.#layout = layout;
		this.#options = options;
		this.heartbeatMs = Math.max(1, Math.floor(options.leaseMs / 3));
	}

	acquire(key: string): Promise<Lease | null> {
		return this.#options.access("write", () => this.acquireNow(key));
	}

	renew(lease: Lease): Promise<Lease | null> {
		return this.#options.access("write", () => this.#renew(lease));
	}

	release(lease: Lease): Promise<void> {
		return this.#options.access("write", () => this.releaseNow(lease));
	}

	/** The same, at once. */
	releaseNow(lease: Lease): void {
		const state = this.#stateOf(lease);
		if (state === undefined) return;
		const folder = this.#folder(lease.key);
		if (!this.#disk.rename(`${folder}/${state.name}`, `${folder}/${freeName(lease.token)}`)) return;
		this.#disk.remove(`${folder}/${ownerFile(encodeName(lease.owner))}`);
	}

	holder(key: string): Promise<LeaseHolder | null> {
		return this.#options.access("read", () => this.holderNow(key));
	}

	/** The same, at once. */
	holderNow(key: string): LeaseHolder | null {
		const now = this.#options.now();
		const folder = this.#folder(key);
		const state = this.#read(folder);
		if (state?.owner == null) return null;
		const record = this.#owner(folder, state);
		if (record !== undefined && isOver(record, now)) return null;
		const { owner, label, acquiredAt, expiresAt } = record ?? unknownOwner(state, now);
		return { owner, label, acquiredAt, expiresAt };
	}

	/** Where the lease's writer keeps files on their way; undefined where the lease is lost. */
	directory(lease: Lease): string | undefined {
		const usual = `${this.#folder(lease.key)}/${heldName(lease.token, lease.owner, 0)}`;
		if (this.#disk.operations.stat(usual)?.kind === "directory") return usual;
		const state = this.#stateOf(lease);
		return state && `${this.#folder(lease.key)}/${state.name}`;
	}

	/** Removes the lock of an execution that is gone. The tokens of who comes later still grow. */
	remove(lease: Lease): void {
		const state = this.#stateOf(lease);
		if (state === undefined) return;
		const floors = `${this.#layout.locks}/.floor`;
		this.#disk.makeDirectory(floors);
		const name = freeName(lease.token);
		this.#disk.within(floors, () => this.#disk.operations.makeDirectory(`${floors}/${name}`));
		for (const lower of this.#disk.list(floors)) {
			if (lower < name) this.#removeEmpty(`${floors}/${lower}`);
		}
		const gone = `${this.#layout.temporary}/${this.#unique()}`;
		this.#disk.makeDirectory(this.#layout.temporary);
		if (this.#disk.rename(this.#folder(lease.key), gone)) this.#disk.operations.removeTree(gone);
	}

	/** The same as `acquire`, at once. @param isForced takes the lease from whoever has it */
	acquireNow(key: string, isForced = false): Lease | null {
		const folder = this.#folder(key);
		const owner = this.#options.newId();
		const name = encodeName(owner);
		let written: OwnerRecord | undefined;
		for (let attempt = 0; attempt < mostAttempts; attempt++) {
			// Before the reading: who is seen as over by this clock was over when he was read.
			const now = this.#options.now();
			const state = this.#read(folder);
			if (state === undefined) {
				this.#create(folder);
				continue;
			}
			if (!isForced && !this.#isFree(folder, state, now)) break;
			try {
				written ??= this.#announce(folder, owner, now);
			} catch (error) {
				// The lock was removed with its execution.
				if (!isMissing(error)) throw error;
				continue;
			}
			const token = state.token + 1;
			const held = `${folder}/${heldName(token, owner, 0)}`;
			if (!this.#disk.rename(`${folder}/${state.name}`, held)) continue;
			this.#disk.syncDirectory(folder);
			const { label, acquiredAt, expiresAt } = written;
			const lease = { key, token, owner, label, acquiredAt, expiresAt };
			return this.#settle(lease, state, folder, held) ? lease : null;
		}
		if (written !== undefined) this.#disk.remove(`${folder}/${ownerFile(name)}`);
		return null;
	}

	#renew(lease: Lease): Lease | null {
		const now = this.#options.now();
		const folder = this.#folder(lease.key);
		const state = this.#stateOf(lease);
		if (state === undefined) return null;
		const before = this.#owner(folder, state)?.expiresAt ?? 0;
		const { owner, acquiredAt } = lease;
		const { label, expiresAt } = this.#announce(folder, owner, now, acquiredAt);
		// Who saw the time before as over may be about to take the lease: another name of the directory decides.
		if (before <= this.#options.now()) {
			const revived = heldName(lease.token, owner, state.revivals + 1);
			if (!this.#disk.rename(`${folder}/${state.name}`, `${folder}/${revived}`)) return null;
		}
		return { key: lease.key, token: lease.token, owner, label, acquiredAt, expiresAt };
	}

	#isFree(folder: string, state: LeaseState, now: number): boolean {
		if (state.owner === null) return true;
		const record = this.#owner(folder, state);
		if (record !== undefined) return isOver(record, now);
		// Nobody says who has it: as for an owner who took it when the directory was last changed.
		const changed = this.#disk.operations.stat(`${folder}/${state.name}`)?.mtimeMs ?? Number.POSITIVE_INFINITY;
		return changed + this.#options.leaseMs < Date.now();
	}

	/** Writes who the owner is, in one piece, before anybody can look for it. */
	#announce(folder: string, owner: string, now: number, acquiredAt = now): OwnerRecord {
		const identity = ownIdentity();
		const expiresAt = now + this.#options.leaseMs;
		const record = { owner, label: describeProcess(identity), acquiredAt, expiresAt, process: identity };
		const path = `${folder}/${ownerFile(encodeName(owner))}`;
		const temporary = `${path}.${this.#unique()}`;
		this.#disk.create(temporary, Buffer.from(JSON.stringify(record)), false);
		this.#disk.operations.rename(temporary, path);
		return record;
	}

	/** A lock's folder is never without a state: it comes into being with its first. */
	#create(folder: string): void {
		const { locks, temporary } = this.#layout;
		const floor = newestState(this.#disk.list(`${locks}/.floor`))?.token ?? 0;
		const made = `${temporary}/${this.#unique()}`;
		this.#disk.operations.makeDirectory(`${made}/${freeName(floor)}`);
		this.#disk.makeDirectory(locks);
		try {
			this.#disk.operations.rename(made, folder);
			this.#disk.syncDirectory(locks);
		} catch (error) {
			this.#disk.operations.removeTree(made);
			// Somebody else was first, and his is not empty; he may have removed it again since.
			if (["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) return;
			if (this.#disk.operations.stat(folder)?.kind !== "directory") throw error;
		}
	}

	/**
	 * Removes what others left. None of it can be used any more: its path is another now.
	 * @returns whether the lease still holds
	 */
	#settle(lease: Lease, last: LeaseState, folder: string, held: string): boolean {
		for (const name of this.#disk.list(held)) this.#disk.remove(`${held}/${name}`);
		const own = ownerFile(encodeName(lease.owner));
		if (last.owner !== null) this.#disk.remove(`${folder}/${ownerFile(last.owner)}`);
		const names = this.#disk.list(folder);
		const aMinuteAgo = Date.now() - 60_000;
		for (const name of names) {
			if (!name.startsWith("owner.") || name === own) continue;
			// A newer one may be of somebody who is about to try.
			const changed = this.#disk.operations.stat(`${folder}/${name}`)?.mtimeMs ?? Number.POSITIVE_INFINITY;
			if (changed < aMinuteAgo) this.#disk.remove(`${folder}/${name}`);
		}
		if (names.includes(own)) return true;
		// This process was held up for so long that somebody cleaned its announcement away.
		this.#announce(folder, lease.owner, lease.acquiredAt);
		return this.#stateOf(lease) !== undefined;
	}

	#stateOf({ key, token, owner }: Lease): LeaseState | undefined {
		const folder = this.#folder(key);
		const state = this.#read(folder);
		return state?.token === token && state.owner === encodeName(owner) ? state : undefined;
	}

	#read(folder: string): LeaseState | undefined {
		for (let attempt = 0; attempt < mostAttempts; attempt++) {
			const names = this.#disk.list(folder);
			const state = newestState(names);
			if (state !== undefined || names.length === 0) return state;
		}
		return undefined;
	}

	#owner(folder: string, state: LeaseState): OwnerRecord | undefined {
		return state.owner === null ? undefined : readOwner(this.#disk.readText(`${folder}/${ownerFile(state.owner)}`));
	}

	#folder(key: string): string {
		return `${this.#layout.locks}/${encodeName(key)}`;
	}

	#unique(): string {
		return `${process.pid}-${encodeName(this.#options.newId())}`;
	}

	#removeEmpty(path: string): void {
		try {
			this.#disk.operations.removeDirectory(path);
		} catch (error) {
			if (!isMissing(error)) throw error;
		}
	}
}

function isOver({ expiresAt, process }: OwnerRecord, now: number): boolean {
	return (expiresAt !== null && expiresAt <= now) || (process !== undefined && isDead(process));
}

function unknownOwner({ owner, token }: LeaseState, now: number): LeaseHolder {
	return { owner: owner ?? "", label: `an unknown process (lease ${token})`, acquiredAt: now, expiresAt: null };
}
