/** The base of every error that the runtime and its adapters throw on purpose. */

/**
 * An error with a stable `code` to branch on, a message that says what to do, and the `cause` if there was one.
 * `name` is the class's own, so that `on_error` can match it.
 */
export class FlatstateError extends Error {
	readonly code: string;

	constructor(code: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = new.target.name;
		this.code = code;
	}
}
