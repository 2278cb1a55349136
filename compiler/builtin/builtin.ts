/** Packaged machines: `builtin:NAME` in place of a file. A calling machine may give agents of its own to them. */
import type { DocumentPath } from "../document/document.ts";
import { parseDocument } from "../document/parse.ts";
import { isRecord, own, ownRecord, valueAt } from "../document/plain-data.ts";
import { ooda } from "./ooda.ts";

const prefix = "builtin:";

const texts: Readonly<Record<string, string>> = { ooda };

/** What packaged machines are called. */
export const builtinNames: readonly string[] = Object.keys(texts).map((name) => prefix + name);

/** Whether a reference is to a packaged machine, known or not. */
export function isBuiltin(reference: unknown): reference is string {
	return typeof reference === "string" && reference.startsWith(prefix);
}

/** The document of a packaged machine, as YAML; undefined for a name that is none. */
export function builtinText(reference: string): string | undefined {
	const name = reference.slice(prefix.length);
	return isBuiltin(reference) && Object.hasOwn(texts, name) ? texts[name] : undefined;
}

/** The agents that a packaged machine calls, by name, which a calling machine may replace. */
export function builtinAgents(reference: string): readonly string[] {
	return Object.keys(ownRecord(own(wrapperOf(reference), "data"), "agents"));
}

/**
 * The machine that stands at a path of a document: the value itself, or a packaged machine with those agents of the
 * machine around it that have the names of its own.
 * @param base of the wrapper, or of the reference `data.machines.NAME`
 */
export function machineAt(document: unknown, base: DocumentPath): unknown {
	const value = valueAt(document, base);
	if (!isBuiltin(value)) return value;
	const wrapper = wrapperOf(value);
	const data = ownRecord(wrapper, "data");
	const agents = ownRecord(data, "agents");
	const around = valueAt(document, [...base.slice(0, -2), "agents"]);
	const replaced = isRecord(around) ? Object.entries(around).filter(([name]) => Object.hasOwn(agents, name)) : [];
	return { ...wrapper, data: { ...data, agents: { ...agents, ...Object.fromEntries(replaced) } } };
}

function wrapperOf(reference: string): Readonly<Record<string, unknown>> {
	const text = builtinText(reference);
	if (text === undefined) return {};
	const { document } = parseDocument(text, { file: reference, dir: "." });
	return isRecord(document?.value) ? document.value : {};
}
