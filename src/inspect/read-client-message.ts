/** Reads what a page sends: whoever has the token may still send anything. */
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ClientMessage } from "./protocol.ts";

/** @returns undefined for what is no message */
export function readClientMessage(text: string): ClientMessage | undefined {
	const value = parse(text);
	if (!isRecord(value)) return undefined;
	switch (value.type) {
		case "pause":
		case "continue":
		case "step":
			return { type: value.type };
		case "signal": {
			const { channel, data = null, to } = value;
			if (typeof channel !== "string" || channel === "" || (to !== undefined && typeof to !== "string"))
				return undefined;
			return { type: "signal", channel, data, ...(to !== undefined && to !== "" && { to }) };
		}
		default:
			return undefined;
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
