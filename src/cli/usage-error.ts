/** Something that the person who typed the command can mend: a wrong argument, a file that is not there. */
import { FlatstateError } from "../../runtime/errors.ts";

/** Ends the command with exit code 2; the message is all that is shown. */
export class UsageError extends FlatstateError {
	constructor(message: string, options?: ErrorOptions) {
		super("usage", message, options);
	}
}
