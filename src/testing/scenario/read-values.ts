/** Reads the file of `flatstate test --scenarios`: values that help the exploration, and whole scenarios of the user's. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { coerceAgentResult, payloadOf } from "../../../runtime/agents/result.ts";
import type { ExtraAnswers } from "../solve/answer-space.ts";
import { readAction, readAgent, readChild, readWait } from "./read-answers.ts";
import { readScenarioField, type ScenarioFile } from "./read-scenario.ts";
import { type Field, ScenarioDocument } from "./scenario-document.ts";

/** What the user adds to what is solved from the conditions. */
export interface GivenValues {
	readonly extra: ExtraAnswers;
	readonly scenarios: readonly ScenarioFile[];
}

const keys = ["inputs", "agents", "machines", "actions", "waits", "scenarios"];

/**
 * Reads the text of a scenarios file. Answers are written as in scenarios; their order means nothing.
 * @param file names it in messages; a name that ends in `.json` is read as JSON
 * @throws InvalidScenarioError with every problem
 */
export function readValues(text: string, file = "<scenarios>"): GivenValues {
	const document = new ScenarioDocument(text, file);
	const { root } = document;
	document.onlyKeys(root, keys);
	const at = (key: string) => document.at(root, key);
	const inputs = at("inputs");
	const scenarios = at("scenarios");
	return document.finish({
		extra: {
			inputs: inputs ? document.items(inputs, "inputs").map((item) => document.map(item, "a map")) : [],
			agents: document.lists(at("agents"), "answers", (item) => payloadIn(document, item)),
			machines: document.lists(at("machines"), "answers", (item) => outputIn(document, item)),
			actions: document.lists(at("actions"), "answers", (item) => effectIn(document, item)),
			waits: document.lists(at("waits"), "answers", (item) => dataIn(document, item)),
		},
		scenarios: scenarios
			? document.items(scenarios, "scenarios").flatMap((item) => readScenarioField(document, item) ?? [])
			: [],
	});
}

const errorsAreTried =
	" is an error: those that `on_error` names and conditions ask for are tried anyway. Write others in whole scenarios.";

/** What templates see as `output` after such an answer. */
function payloadIn(document: ScenarioDocument, item: Field): unknown {
	const answer = readAgent(document, item);
	if (answer === undefined) return undefined;
	const isThrow = isRecord(answer) && Object.keys(answer).length === 1 && Object.hasOwn(answer, "throw");
	const result = coerceAgentResult(answer);
	return isThrow || result.error ? document.problem(item, errorsAreTried) : payloadOf(result);
}

function outputIn(document: ScenarioDocument, item: Field): unknown {
	const answer = readChild(document, item);
	if (answer && "throw" in answer) return document.problem(item, errorsAreTried);
	return answer?.output;
}

function effectIn(document: ScenarioDocument, item: Field): Readonly<Record<string, unknown>> | undefined {
	const answer = readAction(document, item);
	if (answer && "throw" in answer) return document.problem(item, errorsAreTried);
	return answer?.set;
}

function dataIn(document: ScenarioDocument, item: Field): unknown {
	const answer = readWait(document, item);
	if (answer && "timeout" in answer) {
		return document.problem(item, " needs `data`: that no signal comes in time is tried anyway.");
	}
	return answer?.data;
}
