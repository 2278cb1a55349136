/** What keeps a picture from being made. */
import { FlatstateError } from "../../runtime/errors.ts";

/** A diagram that cannot be laid out or drawn; the message says what to do. */
export class DiagramError extends FlatstateError {
	constructor(message: string, options?: ErrorOptions) {
		super("diagram", message, options);
	}
}
