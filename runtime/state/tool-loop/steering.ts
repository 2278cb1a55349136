/** What hooks say to a tool loop through the context (spec section 12.3, steps 8 and 10). */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type ChainMessage, userMessage } from "../../tools/chain.ts";

/** `_skip_tools`: ids or names, or one of them. */
export function asNames(value: unknown): ReadonlySet<unknown> {
	if (typeof value === "string") return new Set([value]);
	return new Set(Array.isArray(value) ? value : []);
}

/** `_steering_messages`: messages, or texts, which the user says; or one of them. */
export function steeringMessages(value: unknown): ChainMessage[] {
	const list: readonly unknown[] = Array.isArray(value) ? value : [value];
	return list.flatMap((item) => {
		if (typeof item === "string") return item === "" ? [] : [userMessage(item)];
		return isRecord(item) && typeof item.role === "string" ? [item] : [];
	});
}
