/** fast-check, which users install beside flatstate: loaded when the first arbitrary is made, and not before. */
import { createRequire } from "node:module";
import { MissingPackageError } from "./errors.ts";

export type FastCheck = typeof import("fast-check");

let loaded: FastCheck | undefined;

/**
 * The library. It is loaded at once and not by a promise, since arbitraries are made where no promise can be awaited.
 * @throws MissingPackageError
 */
export function fastCheck(): FastCheck {
	loaded ??= load();
	return loaded;
}

function load(): FastCheck {
	try {
		const library: FastCheck = createRequire(import.meta.url)("fast-check");
		return library;
	} catch (cause) {
		throw new MissingPackageError("fast-check", "Property tests", { cause });
	}
}
