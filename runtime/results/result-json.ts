/** Results as JSON text. */
import { ResultError } from "./errors.ts";

/** A result as JSON text; `undefined` becomes null. @throws ResultError `result_not_json` */
export function resultJson(uri: string, value: unknown): string {
	try {
		return JSON.stringify(value) ?? "null";
	} catch (error) {
		throw new ResultError(
			"result_not_json",
			`The result for ${uri} cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}. ` +
				"Give plain data without cycles.",
			{ cause: error },
		);
	}
}
