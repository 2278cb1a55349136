/** Events of Stately's protocol (`@statelyai/inspect`) without secrets: snapshots, events, and definitions. */
import type { StatelyInspectionEvent } from "@statelyai/inspect";
import type { Snapshot } from "xstate";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { Redaction } from "./redaction.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Levels of nesting that Stately is shown: a state with its invoke and their actions has six. */
export const serializationDepthLimit = 40;

/**
 * The same event without secrets. `sanitizeContext` of the package leaves the initial context within the definition as
 * it is, and errors, outputs and journals.
 */
export function redactStatelyEvent(event: StatelyInspectionEvent, redaction: Redaction): StatelyInspectionEvent {
	switch (event.type) {
		case "@xstate.actor": {
			const { definition, snapshot, name } = event;
			return {
				...event,
				name: redaction.text(name),
				definition: definition === undefined ? undefined : redactDefinition(definition, redaction),
				snapshot: toSnapshot(redactSnapshot(snapshot, redaction)),
			};
		}
		case "@xstate.event":
			return { ...event, event: redactEvent(event.event, redaction) };
		case "@xstate.snapshot":
			return {
				...event,
				event: redactEvent(event.event, redaction),
				snapshot: toSnapshot(redactSnapshot(event.snapshot, redaction)),
			};
	}
}

/** Hundreds of children have one definition; it is a text of several thousand characters. */
const known = new WeakMap<Redaction, Map<string, string>>();
const mostKnown = 100;

/** A definition is a JSON text. Names of its states hide nothing; its initial context is one like any other. */
export function redactDefinition(text: string, redaction: Redaction): string {
	const own = known.get(redaction) ?? new Map<string, string>();
	known.set(redaction, own);
	const redacted = own.get(text) ?? makeDefinition(text, redaction);
	if (own.size >= mostKnown) own.clear();
	own.set(text, redacted);
	return redacted;
}

function makeDefinition(text: string, redaction: Redaction): string {
	let definition: unknown;
	try {
		definition = JSON.parse(text);
	} catch {
		return JSON.stringify({ id: redaction.text(text) });
	}
	const named = redaction.named(definition);
	if (!isRecord(named) || !isRecord(definition)) return redaction.message(named);
	return withoutPlace(redaction.message(withContext(named, definition, redaction)), definition, redaction);
}

/** The machine and each of its states name its file. */
function withoutPlace(text: string, { meta }: Fields, redaction: Redaction): string {
	if (!isRecord(meta) || typeof meta.file !== "string") return text;
	return text.replaceAll(JSON.stringify(meta.file), JSON.stringify(redaction.path(meta.file)));
}

function redactSnapshot(snapshot: unknown, redaction: Redaction): Fields {
	// XState's machine snapshots say themselves what of them is plain.
	const plain = isRecord(snapshot) && typeof snapshot.toJSON === "function" ? snapshot.toJSON() : snapshot;
	if (!isRecord(plain)) return {};
	const shown = "value" in plain && "context" in plain ? redaction.named(plain) : redaction.value(plain);
	return isRecord(shown) ? withContext(shown, plain, redaction) : {};
}

function withContext(shown: Fields, given: Fields, redaction: Redaction): Fields {
	const own = ["context", "output", "error"].filter((key) => Object.hasOwn(given, key) && given[key] !== undefined);
	return { ...shown, ...Object.fromEntries(own.map((key) => [key, redaction.value(given[key])])) };
}

function redactEvent({ type, ...data }: { readonly type: string }, redaction: Redaction): { type: string } {
	const shown = redaction.value(data);
	return { ...(isRecord(shown) && shown), type: redaction.text(type) };
}

function toSnapshot(plain: Fields): Snapshot<unknown> {
	const { status, output, error, ...rest } = plain;
	switch (status) {
		case "done":
			return { ...rest, status, output, error: undefined };
		case "error":
			return { ...rest, status, output: undefined, error };
		case "stopped":
			return { ...rest, status, output: undefined, error: undefined };
		default:
			return { ...rest, status: "active", output: undefined, error: undefined };
	}
}
