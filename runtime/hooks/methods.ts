/** The names of the hook methods, and what counts as a hooks object. */
import { HookError } from "./errors.ts";
import type { MachineHooks } from "./hooks.ts";

/** The name of a method of {@link MachineHooks}. */
export type HookMethod = keyof MachineHooks;

const SNAKE_CASE_NAMES: Readonly<Record<HookMethod, string>> = Object.freeze({
	onMachineStart: "on_machine_start",
	onMachineEnd: "on_machine_end",
	onStateEnter: "on_state_enter",
	onStateExit: "on_state_exit",
	onTransition: "on_transition",
	onError: "on_error",
	onAction: "on_action",
	onToolCalls: "on_tool_calls",
	onToolResult: "on_tool_result",
	onAgentStreamEvent: "on_agent_stream_event",
	getToolProvider: "get_tool_provider",
});

function isHookMethod(name: string): name is HookMethod {
	return Object.hasOwn(SNAKE_CASE_NAMES, name);
}

/** All method names, in the order of a run. */
export const HOOK_METHODS: readonly HookMethod[] = Object.freeze(Object.keys(SNAKE_CASE_NAMES).filter(isHookMethod));

/** Hooks of which one method is known to exist. */
export type HooksWith<Name extends HookMethod> = MachineHooks & Required<Pick<MachineHooks, Name>>;

/** Tells whether `hooks` has the method, so that a state whose hooks lack it pays nothing for it. */
export function hasMethod<Name extends HookMethod>(
	hooks: MachineHooks | null | undefined,
	name: Name,
): hooks is HooksWith<Name> {
	return typeof hooks?.[name] === "function";
}

/** Names hooks for a message: the class's name, or `hooks object`. */
export function describeHooks(hooks: object): string {
	const made: unknown = Reflect.get(hooks, "constructor");
	return typeof made === "function" && made !== Object && made.name !== "" ? made.name : "hooks object";
}

/** Tells whether a value has at least one hook method. */
export function looksLikeHooks(value: unknown): value is MachineHooks {
	return (
		typeof value === "object" &&
		value !== null &&
		HOOK_METHODS.some((name) => typeof Reflect.get(value, name) === "function")
	);
}

/**
 * Checks that a value can serve as hooks; an object without any hook method can.
 *
 * @param origin what gave the value, for messages, for example `` hooks `review` ``
 * @throws {HookError} `hook_invalid` when it is no object, is a promise, has a hook method that is no function, or has
 * a method under its Python name, which nothing would ever call
 */
export function assertHooks(value: unknown, origin: string): asserts value is MachineHooks {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		const got = Array.isArray(value) ? "a list" : value === null ? "null" : typeof value;
		throw new HookError("hook_invalid", `Expected ${origin} to be an object with hook methods, got ${got}.`);
	}
	if (typeof Reflect.get(value, "then") === "function") {
		throw new HookError(
			"hook_invalid",
			`Expected ${origin} to be an object with hook methods, got a promise. ` +
				"Make the hooks synchronously and do asynchronous work in a hook method.",
		);
	}
	for (const name of HOOK_METHODS) {
		const member: unknown = Reflect.get(value, name);
		if (member !== undefined && member !== null && typeof member !== "function") {
			throw new HookError(
				"hook_invalid",
				`Expected \`${name}\` of ${origin} to be a method, got ${Array.isArray(member) ? "a list" : typeof member}.`,
			);
		}
		const pythonName = SNAKE_CASE_NAMES[name];
		if (typeof Reflect.get(value, pythonName) === "function") {
			throw new HookError(
				"hook_invalid",
				`\`${pythonName}\` of ${origin} (${describeHooks(value)}) would never be called: name it \`${name}\`.`,
			);
		}
	}
}
