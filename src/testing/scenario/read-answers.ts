/** Reads the answers of scenario files: those of agents, child machines, actions and signals. */
import type { ScriptedAnswer } from "../../../adapters/scripted/index.ts";
import { isRecord } from "../../../compiler/document/plain-data.ts";
import type { ActionAnswer, ChildAnswer, WaitAnswer } from "./scenario.ts";
import { type Field, kindOf, type ScenarioDocument } from "./scenario-document.ts";

/** A text is the content, a map the output or a whole result, as in scripts (docs/agents.md). */
export function readAgent(document: ScenarioDocument, field: Field): ScriptedAnswer | undefined {
	const { value } = field;
	if (typeof value === "string" || isRecord(value)) return value;
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	return document.problem(field, ` must be a text or a map, got ${kindOf(value)}. Write \`output: …\` before it.`);
}

/** `{ output }` or `{ throw }`, perhaps `late`. */
export function readChild(document: ScenarioDocument, field: Field): ChildAnswer | undefined {
	const wanted = ' must be `output: VALUE` or `throw: "TypeName: message"`, perhaps with `late: true`.';
	const { value } = field;
	document.onlyKeys(field, ["output", "throw", "late"]);
	if (!isRecord(value)) return document.problem(field, wanted);
	const { output, throw: thrown, late } = value;
	const isGiven = Object.hasOwn(value, "output") !== Object.hasOwn(value, "throw");
	if (!isGiven || (Object.hasOwn(value, "late") && late !== true)) return document.problem(field, wanted);
	const when: Pick<ChildAnswer, "late"> = late === true ? { late } : {};
	if (Object.hasOwn(value, "output")) return { output, ...when };
	return typeof thrown === "string" ? { throw: thrown, ...when } : document.problem(field, wanted);
}

/** `{ set }` or `{ throw }`. */
export function readAction(document: ScenarioDocument, field: Field): ActionAnswer | undefined {
	const { value } = field;
	const thrown = readThrow(document, field, "set");
	if (thrown) return thrown;
	if (isRecord(value) && isRecord(value.set)) return { set: value.set };
	return document.problem(field, ' must be `set: { KEY: VALUE }` or `throw: "TypeName: message"`.');
}

/** `{ data }` or `{ timeout: true }`. */
export function readWait(document: ScenarioDocument, field: Field): WaitAnswer | undefined {
	const { value } = field;
	const [key, ...more] = isRecord(value) ? Object.keys(value) : [];
	if (isRecord(value) && more.length === 0) {
		if (key === "data") return { data: value.data };
		if (key === "timeout" && value.timeout === true) return { timeout: true };
	}
	return document.problem(field, " must be `data: VALUE`, the signal's data, or `timeout: true`.");
}

function readThrow(document: ScenarioDocument, field: Field, other: string): { readonly throw: string } | undefined {
	document.onlyKeys(field, [other, "throw"]);
	const { value } = field;
	if (!isRecord(value) || Object.keys(value).length !== 1 || typeof value.throw !== "string") return undefined;
	return { throw: value.throw };
}
