/** What can go wrong with results. */

/** A result cannot be addressed, stored or waited for (spec section 10.6). */
export class ResultError extends Error {
	override readonly name: string = "ResultError";
	readonly code: "invalid_result_uri" | "invalid_timeout" | "result_not_json";

	constructor(code: ResultError["code"], message: string, options?: { readonly cause?: unknown }) {
		super(message, options);
		this.code = code;
	}
}

/** Nobody wrote the result in time. Its name is what `on_error` matches. */
export class ResultTimeoutError extends Error {
	override readonly name = "TimeoutError";
	readonly code = "result_timeout";
	readonly uri: string;

	constructor(uri: string, seconds: number) {
		super(`No result was written to ${uri} within ${seconds} seconds. Raise the timeout or check the child machine.`);
		this.uri = uri;
	}
}
