/** What can be wrong with a mock model's script. */
import { FlatstateError } from "../../runtime/errors.ts";

/** The script is not of a form that `MockScript` describes. */
export class InvalidMockScriptError extends FlatstateError {
	constructor(problem: string, options?: ErrorOptions) {
		super(
			"invalid_mock_script",
			`${problem} A mock model's script is a list of answers, a list of rules ({match, answers}), a map from model ` +
				"or agent names to answers, or a JavaScript module whose default export is a function or one of these.",
			options,
		);
	}
}

/** The script has no answer for a request; the server sends the message with status 500. */
export class MockScriptExhaustedError extends FlatstateError {
	constructor(reason: string) {
		super("script_exhausted", `The mock model's script has no answer: ${reason}`);
	}
}
