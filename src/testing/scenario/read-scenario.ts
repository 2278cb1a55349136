/** Reads a scenario file, YAML or JSON, and says of everything that is wrong in it where it stands and what to write. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { readAction, readAgent, readChild, readWait } from "./read-answers.ts";
import type { Ending, TransitionId, WrittenScenario } from "./scenario.ts";
import { type Field, ScenarioDocument } from "./scenario-document.ts";

export interface ScenarioFile {
	readonly scenario: WrittenScenario;
	/** The machine's file as written, relative to the scenario's. */
	readonly machine?: string;
}

const keys = [
	"scenario",
	"machine",
	"input",
	"agents",
	"machines",
	"actions",
	"waits",
	"max_steps",
	"path",
	"taken",
	"ending",
	"context",
];

/** Whether a document is a scenario: a map with a name under `scenario`. A script has a list of answers there. */
export function isScenario(value: unknown): boolean {
	return isRecord(value) && Object.hasOwn(value, "scenario") && typeof value.scenario === "string";
}

/**
 * Reads the text of a scenario file.
 * @param file names it in messages; a name that ends in `.json` is read as JSON
 * @throws InvalidScenarioError with every problem
 */
export function readScenario(text: string, file = "<scenario>"): ScenarioFile {
	const document = new ScenarioDocument(text, file);
	return document.finish(readScenarioField(document, document.root));
}

/** Reads a scenario that is a part of a document. Undefined, with problems, where it is none. */
export function readScenarioField(document: ScenarioDocument, root: Field): ScenarioFile | undefined {
	const { value } = root;
	if (!isRecord(value)) return document.problem(root, " must be a map that begins with `scenario: NAME`.");
	document.onlyKeys(root, keys);
	const nameField = document.at(root, "scenario");
	if (!nameField) return document.problem(root, " needs a name: begin with `scenario: NAME`.");
	const name = document.text(nameField, "the scenario's name");
	const machineField = document.at(root, "machine");
	const machine = machineField && document.text(machineField, "the file of the machine");
	const maxSteps = readMaxSteps(document, document.at(root, "max_steps"));
	const taken = document.at(root, "taken");
	const path = document.at(root, "path");
	const ending = document.at(root, "ending");
	const readEnding = ending && endingOf(document, ending);
	const context = document.at(root, "context");
	if (name === undefined) return undefined;
	const scenario: WrittenScenario = {
		name,
		input: document.map(document.at(root, "input"), "a map"),
		agents: document.lists(document.at(root, "agents"), "answers", (item) => readAgent(document, item)),
		machines: document.lists(document.at(root, "machines"), "answers", (item) => readChild(document, item)),
		actions: document.lists(document.at(root, "actions"), "answers", (item) => readAction(document, item)),
		waits: document.lists(document.at(root, "waits"), "answers", (item) => readWait(document, item)),
		...(maxSteps !== undefined && { maxSteps }),
		...(path && { path: pathOf(document, path) }),
		...(taken && { taken: takenOf(document, taken) }),
		...(readEnding && { ending: readEnding }),
		...(context && { context: document.map(context, "a map") }),
	};
	return { scenario, ...(machine !== undefined && { machine }) };
}

function readMaxSteps(document: ScenarioDocument, field: Field | undefined): number | undefined {
	if (!field) return undefined;
	const { value } = field;
	if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
	return document.problem(field, " must be a whole number above 0.");
}

function pathOf(document: ScenarioDocument, field: Field): string[] {
	return document.items(field, "names of states").flatMap((item) => document.text(item, "a state's name") ?? []);
}

function takenOf(document: ScenarioDocument, field: Field): TransitionId[] {
	return document.items(field, "transitions").flatMap((item) => transitionOf(document, item) ?? []);
}

/** A transition as scenario files name it, `{ state, transition, to }` or `{ state, error, to }`. */
export function transitionOf(document: ScenarioDocument, field: Field): TransitionId | undefined {
	const wanted = " must be `{ state, transition, to }`, counted from 0, or `{ state, error, to }`";
	const { value } = field;
	if (!isRecord(value)) return document.problem(field, `${wanted}.`);
	const { state, to, transition: index, error } = value;
	if (typeof state !== "string" || typeof to !== "string") {
		return document.problem(field, `${wanted}: the states are missing.`);
	}
	if (typeof index === "number" && Number.isSafeInteger(index) && index >= 0 && error === undefined) {
		document.onlyKeys(field, ["state", "transition", "to"]);
		return { state, kind: "transition", index, to };
	}
	if (typeof error === "string" && index === undefined) {
		document.onlyKeys(field, ["state", "error", "to"]);
		return { state, kind: "error", error, to };
	}
	return document.problem(field, `${wanted}.`);
}

const limits = ["max_steps", "max_agent_calls", "max_cost", "max_tokens", "hook"] as const;

function endingOf(document: ScenarioDocument, field: Field): Ending | undefined {
	const { value } = field;
	const status = isRecord(value) ? value.status : undefined;
	const textAt = (key: string, what: string): string | undefined => {
		document.onlyKeys(field, ["status", key]);
		const found = document.at(field, key);
		return found ? document.text(found, what) : document.problem(field, ` needs \`${key}\`: ${what}.`);
	};
	switch (status) {
		case "done": {
			document.onlyKeys(field, ["status", "output"]);
			const output = document.at(field, "output");
			return output
				? { status, output: output.value }
				: document.problem(field, " needs `output`: what the run gives.");
		}
		case "failed": {
			const error = textAt("error", "the error's name, as in `on_error`");
			return error === undefined ? undefined : { status, error };
		}
		case "waiting": {
			const channel = textAt("channel", "the channel's name");
			return channel === undefined ? undefined : { status, channel };
		}
		case "stopped": {
			const text = textAt("reason", `one of ${limits.join(", ")}`);
			const reason = limits.find((limit) => limit === text);
			if (reason === undefined && text !== undefined) {
				return document.problem(field, ` has an unknown reason; known are ${limits.join(", ")}.`);
			}
			return reason === undefined ? undefined : { status, reason };
		}
		default:
			return document.problem(field, " must be a map with a `status`: done, failed, stopped or waiting.");
	}
}
