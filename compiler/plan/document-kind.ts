/** Which of the four kinds of document something is. */
import { isRecord, own } from "../document/plain-data.ts";

export type DocumentKind = "flatmachine" | "flatagent" | "flatprofile" | "prompt";

/** The kind that `spec` says; undefined where it is missing or no known word. */
export function kindOfDocument(value: unknown): DocumentKind | undefined {
	const spec = own(value, "spec");
	switch (spec) {
		case "flatmachine":
		case "flatagent":
		case "flatprofile":
		case "prompt":
			return spec;
		case "flatprofiles":
			return "flatprofile";
		case "flatagents":
			return "flatagent";
		default:
			return undefined;
	}
}

/** The kind that a document without a known `spec` looks like by its keys. */
export function guessKind(value: unknown): DocumentKind | undefined {
	const data = own(value, "data");
	const body = isRecord(data) ? data : value;
	if (isRecord(own(body, "states"))) return "flatmachine";
	if (isRecord(own(body, "model_profiles"))) return "flatprofile";
	if (own(body, "model") !== undefined || own(body, "prompt") !== undefined || own(body, "profile") !== undefined) {
		return "flatagent";
	}
	return own(body, "user") !== undefined || own(body, "system") !== undefined ? "prompt" : undefined;
}
