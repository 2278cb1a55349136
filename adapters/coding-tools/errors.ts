/** What coding tools refuse and cannot do, in words for the model. */
import { FlatstateError } from "../../runtime/errors.ts";

/**
 * `outside`: a path that leads out of the working directory; `refused`: a person, or a rule of the program, has said no;
 * `unfit`: what is there is not what the tool can work on; `changed`: it has changed meanwhile; `too_long`: it took too long;
 * `options`: the tools were set up wrongly.
 */
export type CodingToolErrorCode = "outside" | "refused" | "unfit" | "changed" | "too_long" | "options";

export class CodingToolError extends FlatstateError {
	declare readonly code: CodingToolErrorCode;

	constructor(code: CodingToolErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}
