/** What can go wrong with hooks themselves; an error that a hook throws is passed on as it is. */

/** Stable codes of {@link HookError}. */
export type HookErrorCode =
	| "hook_not_found"
	| "hook_invalid"
	| "hook_invalid_args"
	| "hook_module"
	| "hook_returned_nothing"
	| "hook_returned_wrong_type"
	| "hook_threw_non_error";

/** A mistake in hooks or in a reference to them (spec sections 2.4 and 15). */
export class HookError extends Error {
	override readonly name: string = "HookError";
	readonly code: HookErrorCode;

	constructor(code: HookErrorCode, message: string, options?: { readonly cause?: unknown }) {
		super(message, options);
		this.code = code;
	}
}

/** No hooks are registered under a name that a machine refers to. */
export class HookNotFoundError extends HookError {
	override readonly name = "HookNotFoundError";
	/** The name that was asked for. */
	readonly hookName: string;

	constructor(hookName: string, message: string) {
		super("hook_not_found", message);
		this.hookName = hookName;
	}
}

/** A module that should supply hooks cannot be imported, or does not offer them. */
export class HookModuleError extends HookError {
	override readonly name = "HookModuleError";
	/** The module's file, as an absolute path. */
	readonly file: string;

	constructor(file: string, message: string, options?: { readonly cause?: unknown }) {
		super("hook_module", message, options);
		this.file = file;
	}
}
