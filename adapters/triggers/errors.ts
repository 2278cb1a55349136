/** What can go wrong with triggers. */
import { FlatstateError } from "../../runtime/errors.ts";

export type TriggerErrorCode = "invalid_trigger" | "trigger_in_use" | "trigger_failed";

/** A trigger cannot be listened to as it was asked. */
export class TriggerError extends FlatstateError {
	declare readonly code: TriggerErrorCode;

	constructor(code: TriggerErrorCode, message: string, options?: ErrorOptions) {
		super(code, message, options);
	}
}
