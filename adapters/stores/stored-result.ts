/** Reads the results that were stored, which anybody with access to the store may have changed. */
import { StoreError } from "../../runtime/store/errors.ts";

/** @throws StoreError `store_corrupt` */
export function parseResult(uri: string, json: string): unknown {
	try {
		return JSON.parse(json);
	} catch (cause) {
		throw new StoreError("store_corrupt", `The result at ${uri} is no JSON: it was changed or cut off. Delete it.`, {
			cause,
		});
	}
}
