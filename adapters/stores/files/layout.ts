/** Where everything is in the store's folder; ours beside the layout of spec section 13.4 starts with a dot. */
import { createHash } from "node:crypto";
import { StoreError } from "../../../runtime/store/errors.ts";

/** The longest name of a file that every usual file system takes, in bytes. */
const longestName = 255;
const longestEncoded = 80;
const emptyName = "%e";

export const logName = ".flatstate.log";
export const originName = ".flatstate.origin.json";
export const latestName = "latest";
export const configsName = "_configs";

/**
 * A text as the name of a file: letters, digits, `-` and `_` stay, other bytes become `%XX`. A long text becomes `%h` and
 * its hash, which no other text becomes.
 */
export function encodeName(text: string): string {
	if (text.length <= longestEncoded && /^[\w-]+$/.test(text)) return text;
	if (text === "") return emptyName;
	const bytes = Buffer.from(text, "utf8");
	let encoded = "";
	for (const byte of bytes) {
		const character = String.fromCharCode(byte);
		encoded += /[\w-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
		if (encoded.length > longestEncoded) return `%h${createHash("sha256").update(bytes).digest("hex").slice(0, 48)}`;
	}
	return encoded;
}

/** The text of an encoded name; undefined for one that has only the text's hash. */
export function decodeName(name: string): string | undefined {
	if (name === emptyName) return "";
	if (name.startsWith("%h")) return undefined;
	try {
		return decodeURIComponent(name);
	} catch {
		return undefined;
	}
}

/** Whether a name in the store's folder can be that of an execution. */
export function isExecutionName(name: string): boolean {
	return (
		name !== "" &&
		!name.startsWith(".") &&
		name !== configsName &&
		!/[/\\\0-\x1f\x7f]/.test(name) &&
		Buffer.byteLength(name) <= longestName
	);
}

/** @throws StoreError `invalid_checkpoint_key` for an id that is no name of a folder, or is kept for the store itself */
export function assertExecutionName(id: string): void {
	if (isExecutionName(id)) return;
	const shown = JSON.stringify(id.slice(0, 200));
	const rule = `at most ${longestName} bytes, no slash, no control character, not \`${configsName}\`, no dot in front`;
	throw new StoreError("invalid_checkpoint_key", `${shown} cannot be an execution's id in a folder: ${rule}.`);
}

/** Paths within the store's folder. */
export class Layout {
	/** Absolute, without links. */
	readonly dir: string;
	readonly index: string;
	readonly locks: string;
	readonly signals: string;
	readonly results: string;
	readonly configs: string;
	readonly temporary: string;

	constructor(dir: string) {
		this.dir = dir;
		this.index = `${dir}/.index`;
		this.locks = `${dir}/.locks`;
		this.signals = `${dir}/.signals`;
		this.results = `${dir}/.results`;
		this.temporary = `${dir}/.tmp`;
		this.configs = `${dir}/${configsName}`;
	}

	/** @param id has passed `isExecutionName` */
	execution(id: string): string {
		return `${this.dir}/${id}`;
	}

	/** @param name of a file of the execution, without a slash */
	file(id: string, name: string): string {
		return `${this.dir}/${id}/${name}`;
	}

	resultsOf(id: string): string {
		return `${this.results}/${encodeName(id)}`;
	}
}
