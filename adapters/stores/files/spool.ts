/** The folders of signals: `.signals/<channel>/` with a file for each, `.incoming` for those on their way. */
import { type Disk, parentOf } from "./disk.ts";
import { codeOf, isMissing } from "./failures.ts";
import { decodeName, encodeName, type Layout } from "./layout.ts";
import { parseSignalFile, type SignalName, signalFile } from "./signal-names.ts";

/** So many signals are known by their id without looking through the channels. */
const mostKnown = 10_000;

export class Spool {
	readonly #disk: Disk;
	readonly #root: string;
	readonly #incoming: string;
	readonly #names: string;
	/** Folder by encoded id, for those that were sent, claimed or looked at here. */
	readonly #folders = new Map<string, string>();

	constructor(disk: Disk, layout: Layout) {
		this.#disk = disk;
		this.#root = layout.signals;
		this.#incoming = `${layout.signals}/.incoming`;
		this.#names = `${layout.signals}/.names`;
	}

	/** Folder for what is not a signal of a channel yet, or no longer. */
	get stagingFolder(): string {
		return `${this.#root}/.broadcasts`;
	}

	/** The folder that every signal comes through: who watches it hears of all. */
	openIncoming(): string {
		this.#disk.operations.makeDirectory(this.#incoming);
		return this.#incoming;
	}

	/** Writes a signal where it lies ready, then makes it one of the channel. */
	put(channel: string, name: SignalName, text: string): void {
		this.remember(channel);
		this.#disk.makeDirectory(this.#incoming);
		const ready = `${this.#incoming}/${encodeName(channel)}~${process.pid}-${process.hrtime.bigint()}`;
		this.#disk.within(this.#incoming, () => this.#disk.create(ready, Buffer.from(text, "utf8")));
		this.moveIn(ready, channel, name);
	}

	/** Makes a file that lies ready a signal of the channel. */
	moveIn(ready: string, channel: string, name: SignalName): void {
		const folder = this.folder(channel);
		this.#disk.makeDirectory(folder);
		this.#disk.within(folder, () => this.#disk.operations.rename(ready, `${folder}/${signalFile(name)}`));
		this.#disk.syncDirectory(folder);
		this.#know(name.id, folder);
	}

	/** Oldest first. */
	list(channel: string): SignalName[] {
		const folder = this.folder(channel);
		const names = this.#disk.list(folder).sort();
		return names.flatMap((name) => {
			const parsed = parseSignalFile(name);
			if (parsed !== undefined) this.#know(parsed.id, folder);
			return parsed ?? [];
		});
	}

	read(channel: string, name: SignalName): string | null {
		return this.#disk.readText(this.pathOf(channel, name));
	}

	/** @returns whether the signal was still there */
	move(channel: string, from: SignalName, to: SignalName): boolean {
		const isMoved = this.#disk.rename(this.pathOf(channel, from), this.pathOf(channel, to));
		if (isMoved) this.#disk.syncDirectory(this.folder(channel));
		return isMoved;
	}

	/** Takes a signal from its channel for good. @returns where it is now; undefined where it was gone */
	takeAway(channel: string, name: SignalName): string | undefined {
		this.#disk.makeDirectory(this.#incoming);
		const taken = `${this.#incoming}/.${process.pid}-${process.hrtime.bigint()}`;
		if (!this.#disk.rename(this.pathOf(channel, name), taken)) return undefined;
		this.#left(this.folder(channel), name.id);
		return taken;
	}

	removeById(id: string): void {
		const known = this.#folders.get(id);
		const folders = known === undefined ? this.#channelFolders() : [known];
		for (const folder of folders) {
			const found = this.#disk.list(folder).find((name) => parseSignalFile(name)?.id === id);
			if (found === undefined) continue;
			this.#disk.remove(`${folder}/${found}`);
			this.#left(folder, id);
			return;
		}
	}

	/** Removes all signals, on whatever channel, of some addressees. @param addressees encoded */
	removeOf(addressees: ReadonlySet<string>): void {
		for (const folder of this.#channelFolders()) {
			for (const file of this.#disk.list(folder)) {
				const name = parseSignalFile(file);
				if (name === undefined || !addressees.has(name.addressee)) continue;
				this.#disk.remove(`${folder}/${file}`);
				this.#left(folder, name.id);
			}
		}
	}

	/** Sorted. */
	channels(): string[] {
		return this.#channelFolders()
			.filter((folder) => this.#disk.list(folder).some((name) => parseSignalFile(name) !== undefined))
			.flatMap((folder) => this.nameOf(folder.slice(this.#root.length + 1)) ?? [])
			.sort();
	}

	/** Channels whose folders changed since the last call with these times. */
	changed(times: Map<string, number>): string[] {
		const folders = new Set(this.#channelFolders());
		for (const known of times.keys()) if (!folders.has(known)) times.delete(known);
		return [...folders].flatMap((folder) => {
			const time = this.#disk.operations.stat(folder)?.mtimeMs;
			if (time === undefined || times.get(folder) === time) return [];
			times.set(folder, time);
			return this.nameOf(folder.slice(this.#root.length + 1)) ?? [];
		});
	}

	/** The channel of a file on its way. */
	channelOfIncoming(name: string): string | undefined {
		const end = name.indexOf("~");
		return end <= 0 ? undefined : this.nameOf(name.slice(0, end));
	}

	/** Keeps a text of which an encoded name holds no more than the hash. */
	remember(text: string): void {
		const name = encodeName(text);
		if (decodeName(name) === text) return;
		const path = `${this.#names}/${name}`;
		if (this.#disk.operations.stat(path) !== undefined) return;
		this.#disk.makeDirectory(this.#names);
		const ready = `${this.#names}/.${process.pid}-${process.hrtime.bigint()}`;
		this.#disk.within(this.#names, () => this.#disk.create(ready, Buffer.from(text, "utf8")));
		this.#disk.operations.rename(ready, path);
		this.#disk.syncDirectory(this.#names);
	}

	/** The text of an encoded name. */
	nameOf(name: string): string | undefined {
		return decodeName(name) ?? this.#disk.readText(`${this.#names}/${name}`) ?? undefined;
	}

	folder(channel: string): string {
		return `${this.#root}/${encodeName(channel)}`;
	}

	pathOf(channel: string, name: SignalName): string {
		return `${this.folder(channel)}/${signalFile(name)}`;
	}

	/** To be called when a signal has left a channel: the folder of one without signals goes. */
	#left(folder: string, id: string): void {
		this.#folders.delete(id);
		this.#disk.syncDirectory(folder);
		try {
			this.#disk.operations.removeDirectory(folder);
			this.#disk.syncDirectory(parentOf(folder));
		} catch (error) {
			if (!isMissing(error) && !["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) throw error;
		}
	}

	#channelFolders(): string[] {
		const names = this.#disk.list(this.#root).filter((name) => !name.startsWith("."));
		return names.map((name) => `${this.#root}/${name}`);
	}

	#know(id: string, folder: string): void {
		this.#folders.set(id, folder);
		if (this.#folders.size <= mostKnown) return;
		for (const oldest of this.#folders.keys()) {
			this.#folders.delete(oldest);
			break;
		}
	}
}
