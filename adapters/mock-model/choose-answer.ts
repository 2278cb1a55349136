/** Picks the next answer of a script for a request, and keeps count of the answers given. */
import { MockScriptExhaustedError } from "./errors.ts";
import { readAnswer, readScript } from "./read-script.ts";
import type {
	MockAnswer,
	MockAnswerDetails,
	MockAnswerFunction,
	MockAnswers,
	MockRequest,
	MockRule,
	MockScript,
} from "./script.ts";
import { renderAnswer } from "./templates.ts";

/** Gives the answer to a request. Rejects with `MockScriptExhaustedError` when there is none. */
export type AnswerSource = (request: Omit<MockRequest, "n">) => Promise<MockAnswerDetails>;

/** Answers with their own count, and the requests they are for. */
interface Supply {
	readonly answers: MockAnswers;
	readonly accepts: (request: Omit<MockRequest, "n">) => boolean;
	given: number;
}

/**
 * The answers of a script, in order (see `MockScript`).
 * @throws InvalidMockScriptError when the script's form is wrong
 */
export function answerSource(script: MockScript): AnswerSource {
	if (typeof script === "function") {
		let n = 0;
		return async (request) => {
			const answer = await script({ ...request, n: n++ });
			return detailsOf(readAnswer(answer, "The answer of the script's function"));
		};
	}
	const supplies = suppliesOf(readScript(script));
	return async (request) => {
		const accepting = supplies.filter((supply) => supply.accepts(request));
		for (const supply of accepting) {
			const answer = answerAt(supply.answers, supply.given);
			if (answer === undefined) continue;
			const n = supply.given++;
			return renderAnswer(detailsOf(answer), { ...request, n });
		}
		throw new MockScriptExhaustedError(whyNone(accepting, request));
	};
}

function suppliesOf(script: Exclude<MockScript, MockAnswerFunction>): readonly Supply[] {
	if (isScriptList(script)) {
		const rules = script.filter(isRule);
		if (rules.length === 0) return [{ answers: script.filter(isAnswer), given: 0, accepts: () => true }];
		return rules.map((rule) => ({ answers: rule.answers, given: 0, accepts: (request) => matches(rule, request) }));
	}
	const supplies = Object.entries(script).map(([name, answers]): Supply => {
		return { answers, given: 0, accepts: ({ model, agent }) => name === model || name === agent };
	});
	const rest = Object.hasOwn(script, "*") ? script["*"] : undefined;
	return rest === undefined ? supplies : [...supplies, { answers: rest, given: 0, accepts: () => true }];
}

function matches({ match }: MockRule, request: Omit<MockRequest, "n">): boolean {
	if (match?.model !== undefined && match.model !== request.model) return false;
	if (match?.agent !== undefined && match.agent !== request.agent) return false;
	return match?.contains === undefined || request.last_user.includes(match.contains);
}

function answerAt(answers: MockAnswers, position: number): MockAnswer | undefined {
	return isAnswerList(answers) ? answers[position] : answers;
}

function detailsOf(answer: MockAnswer): MockAnswerDetails {
	return typeof answer === "string" ? { content: answer } : answer;
}

function whyNone(accepting: readonly Supply[], request: Omit<MockRequest, "n">): string {
	const agent = request.agent === null ? "" : ` and agent "${request.agent}"`;
	const asked = `model "${request.model}"${agent}`;
	if (accepting.length === 0) return `nothing in it is for ${asked}.`;
	const given = accepting.reduce((sum, supply) => sum + supply.given, 0);
	return `it ran out for ${asked} after ${given} ${given === 1 ? "answer" : "answers"}.`;
}

function isRule(value: MockRule | MockAnswer): value is MockRule {
	return typeof value !== "string" && Object.hasOwn(value, "answers");
}

function isAnswer(value: MockRule | MockAnswer): value is MockAnswer {
	return !isRule(value);
}

// `Array.isArray` does not narrow readonly lists.
function isScriptList(script: MockScript): script is readonly (MockAnswer | MockRule)[] {
	return Array.isArray(script);
}

function isAnswerList(answers: MockAnswers): answers is readonly MockAnswer[] {
	return Array.isArray(answers);
}
