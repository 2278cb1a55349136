/** Reads the `args` of the built-in hooks, and refuses what they do not know. */
import { HookError } from "./errors.ts";
import type { HooksArgs } from "./make.ts";
import { didYouMean, nameList } from "./nearest-name.ts";

/** Makes the error for a wrong argument. */
export function argumentError(hooksName: string, message: string): HookError {
	return new HookError("hook_invalid_args", `Hooks \`${hooksName}\`: ${message}`);
}

/**
 * Refuses arguments that hooks do not have.
 *
 * @throws {HookError} `hook_invalid_args`
 */
export function assertKnownArgs(hooksName: string, args: HooksArgs, known: readonly string[]): void {
	for (const name of Object.keys(args)) {
		if (!known.includes(name)) {
			throw argumentError(
				hooksName,
				`there is no argument \`${name}\`.${didYouMean(name, known)} Known: ${nameList(known)}.`,
			);
		}
	}
}

/**
 * Gives a text argument; undefined when it is absent, null or empty.
 *
 * @throws {HookError} `hook_invalid_args` for anything else than text
 */
export function textArg(hooksName: string, args: HooksArgs, name: string): string | undefined {
	const value = Object.hasOwn(args, name) ? args[name] : undefined;
	if (value === undefined || value === null || value === "") {
		return undefined;
	}
	if (typeof value !== "string") {
		throw argumentError(hooksName, `expected \`${name}\` to be text, got ${typeof value}.`);
	}
	return value;
}

/**
 * Gives a number argument above 0; undefined when it is absent or null.
 *
 * @throws {HookError} `hook_invalid_args` for anything else
 */
export function positiveArg(hooksName: string, args: HooksArgs, name: string): number | undefined {
	const value = Object.hasOwn(args, name) ? args[name] : undefined;
	if (value === undefined || value === null) {
		return undefined;
	}
	if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
		throw argumentError(hooksName, `expected \`${name}\` to be a number above 0, got ${String(value)}.`);
	}
	return value;
}
