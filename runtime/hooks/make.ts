/** Makes hooks out of what people register: a class, a function or a ready object. */
import { HookError } from "./errors.ts";
import type { HooksFactory, MachineHooks } from "./hooks.ts";
import { assertHooks } from "./methods.ts";

/** Arguments of a hooks reference. */
export type HooksArgs = Readonly<Record<string, unknown>>;

/** What can stand behind a name: something that makes hooks, or ready hooks that every reference shares. */
export type HooksEntry = HooksFactory | MachineHooks;

type HooksClass = new (args: HooksArgs) => MachineHooks;
type HooksFunction = (args: HooksArgs) => MachineHooks;

/**
 * Tells a class from a function that is to be called plainly.
 *
 * A class's `prototype` cannot be replaced; that holds for no plain function. Classes that a compiler turned into
 * functions are known by what they put on their prototype.
 */
function isHooksClass(factory: HooksFactory): factory is HooksClass {
	const prototype = Object.getOwnPropertyDescriptor(factory, "prototype");
	if (prototype === undefined || typeof prototype.value !== "object" || prototype.value === null) {
		return false;
	}
	if (prototype.writable === false) {
		return true;
	}
	const own = Reflect.ownKeys(prototype.value);
	return (
		own.some((key) => key !== "constructor") ||
		(own.length > 0 && Object.getPrototypeOf(prototype.value) !== Object.prototype)
	);
}

function isHooksFunction(factory: HooksFactory): factory is HooksFunction {
	return !isHooksClass(factory);
}

/** Narrows an entry to one that makes hooks. */
export function isHooksFactory(entry: unknown): entry is HooksFactory {
	return typeof entry === "function";
}

/**
 * Makes hooks of an entry. Each call of a class or function gets its own copy of `args`, one object (spec section 2.4).
 *
 * @param origin what the hooks are, for messages, for example `` hooks `review` ``
 * @throws {HookError} `hook_invalid` when no hooks come out, `hook_invalid_args` for arguments to a ready object
 */
export function makeHooks(entry: HooksEntry, args: HooksArgs, origin: string): MachineHooks {
	let made: unknown = entry;
	if (isHooksFactory(entry)) {
		made = isHooksFunction(entry) ? entry({ ...args }) : new entry({ ...args });
	} else if (Object.keys(args).length > 0) {
		throw new HookError(
			"hook_invalid_args",
			`Arguments are given to ${origin}, but a ready object is registered under that name. ` +
				"Register a class or a function to receive them, or remove `args`.",
		);
	}
	assertHooks(made, origin);
	return made;
}
