/**
 * Options in code that grant or forbid something. A key that is misspelt, or a text where a list belongs, must not let
 * more through than was meant, so it is refused when the options are given.
 */
import { didYouMean } from "../compiler/diagnostics/suggest.ts";
import { FlatstateError } from "./errors.ts";

/** An option is unknown, or is not what it must be. */
export class InvalidOptionError extends FlatstateError {
	constructor(of: string, problem: string) {
		super("invalid_option", `${of}: ${problem}.`);
	}
}

/**
 * @param of whose options they are, for the message
 * @param known every option's name
 * @throws InvalidOptionError for what is no map of options, and for an option that is not known
 */
export function onlyOptions<Options extends object>(
	of: string,
	options: Options,
	known: Readonly<Record<keyof Options, true>>,
): void {
	if (typeof options !== "object" || options === null)
		throw new InvalidOptionError(of, "its options must be an object");
	const names = Object.keys(known);
	for (const key of Object.keys(options)) {
		if (Object.hasOwn(known, key)) continue;
		const advice = didYouMean(key, names)?.slice(0, -1) ?? `the options are ${names.join(", ")}`;
		throw new InvalidOptionError(of, `there is no option \`${key}\`; ${advice}`);
	}
}

/** @throws InvalidOptionError for an option that is there and is no list of texts */
export function optionalNames<Options extends object>(
	of: string,
	options: Options,
	keys: readonly (keyof Options & string)[],
): void {
	for (const key of keys) {
		const value: unknown = options[key];
		if (value === undefined) continue;
		if (Array.isArray(value) && value.every((name) => typeof name === "string")) continue;
		throw new InvalidOptionError(of, `\`${key}\` must be a list of texts`);
	}
}

/** @throws InvalidOptionError for an option that is there and is no function */
export function optionalFunction<Options extends object>(
	of: string,
	options: Options,
	key: keyof Options & string,
): void {
	const value: unknown = options[key];
	if (value === undefined || typeof value === "function") return;
	throw new InvalidOptionError(of, `\`${key}\` must be a function`);
}
