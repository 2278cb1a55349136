/** `execution: {type: mdap_voting}`: samples that agree, that are split, and that do not count. */
import { Ajv } from "ajv";
import { isRecord } from "../../../../compiler/document/plain-data.ts";
import type { AgentPlan, ExecutionPlan } from "../../../../compiler/plan/plan.ts";
import type { AgentResult } from "../../../../runtime/agents/agent.ts";
import { parseCandidate } from "../../../../runtime/agents/candidate.ts";
import { redFlagOf, VoteCount, type VotingSettings, votingSettings } from "../../../../runtime/agents/voting.ts";
import type { GivenError } from "../../solve/answer-space.ts";
import { beforeCall, errorsOf, payloads } from "./agent-model.ts";
import { candidateText } from "./candidate-text.ts";
import { answerFor, failure, plainError } from "./given-errors.ts";
import type { ModelVisit } from "./model-visit.ts";
import { outcome } from "./outcomes.ts";

type Voting = Extract<ExecutionPlan, { type: "mdap_voting" }>;

/** A sample: an answer with the candidate that it counts as, or a failed call. */
type Sample = { readonly answer: AgentResult; readonly candidate: unknown } | { readonly fails: GivenError };

/** Samples until a candidate has won, or no more may be drawn. */
export function runVotingModel(visit: ModelVisit, agent: AgentPlan, execution: Voting): AgentResult {
	const { metadata } = agent.config;
	const settings = votingSettings(execution, isRecord(metadata) ? metadata : {});
	const counts = validCandidates(settings);
	const samples = payloads(visit).flatMap((payload) => {
		const answer = answerOf(payload, settings);
		const candidate = answer && parseCandidate(answer, settings.parsing);
		return answer && counts(candidate, answer) ? [{ answer, candidate }] : [];
	});
	const [fails = plainError] = errorsOf(visit);
	const [first] = samples;
	const courses: Sample[][] = samples.map((sample) => Array.from({ length: settings.maxCandidates }, () => sample));
	if (first && settings.kMargin > 1) {
		// One vote, and then nothing more that counts: most votes win, without the margin.
		courses.push(Array.from({ length: settings.maxCandidates }, (_, at) => (at === 0 ? first : { fails })));
	}
	courses.push(Array.from({ length: settings.maxCandidates }, () => ({ fails })));
	return draw(visit, agent, settings, visit.choices.pick(courses));
}

function draw(visit: ModelVisit, agent: AgentPlan, settings: VotingSettings, course: readonly Sample[]): AgentResult {
	const votes = new VoteCount();
	let hasWon = false;
	for (const sample of course) {
		beforeCall(visit);
		if ("fails" in sample) {
			visit.give({ kind: "agent", name: agent.name, answer: failure(sample.fails) });
			continue;
		}
		visit.give({ kind: "agent", name: agent.name, answer: written(sample.answer) });
		visit.countCalls(1);
		hasWon = votes.add(sample.candidate) >= settings.kMargin;
		if (hasWon) break;
	}
	const leader = votes.leader();
	visit.outcomes.push(hasWon ? outcome.candidateWon : leader ? outcome.votesSplit : outcome.noCandidate);
	return leader ? { output: leader.candidate } : {};
}

function written(answer: AgentResult): ReturnType<typeof answerFor> {
	return answerFor(typeof answer.content === "string" ? { content: answer.content } : answer.output);
}

/** The answer behind which the candidate stands; undefined where no text could be made that gives it. */
function answerOf(payload: unknown, { parsing, validationSchema }: VotingSettings): AgentResult | undefined {
	if (parsing === undefined) {
		const isText = isRecord(payload) && Object.keys(payload).length === 1 && typeof payload.content === "string";
		return isText ? { content: String(payload.content) } : { output: payload };
	}
	const examples = exampleFields(validationSchema);
	const content = candidateText(parsing, isRecord(payload) ? { ...examples, ...payload } : examples);
	return content === undefined ? undefined : { content };
}

/** Values that the schema allows, for fields that the payload does not say anything of. */
function exampleFields(schema: VotingSettings["validationSchema"]): Readonly<Record<string, unknown>> {
	const examples: [string, unknown][] = [];
	for (const [field, rules] of Object.entries(isRecord(schema?.properties) ? schema.properties : {})) {
		if (!isRecord(rules)) continue;
		const allowed: unknown = Array.isArray(rules.enum) ? rules.enum[0] : rules.const;
		const example = allowed ?? rules.minimum ?? rules.maximum;
		if (example !== undefined) examples.push([field, example]);
	}
	return Object.fromEntries(examples);
}

function validCandidates(settings: VotingSettings): (candidate: unknown, answer: AgentResult) => boolean {
	const { maxResponseTokens, validationSchema } = settings;
	const validate = validator(validationSchema);
	return (candidate, answer) => redFlagOf(candidate, answer, { validate, maxResponseTokens }) === null;
}

const validators = new WeakMap<object, (value: unknown) => boolean>();

function validator(schema: VotingSettings["validationSchema"]): (value: unknown) => boolean {
	if (schema === undefined || Object.keys(schema).length === 0) return () => true;
	const known = validators.get(schema);
	if (known) return known;
	const { $schema: _draft, ...keywords } = schema;
	const validate = new Ajv({ strict: false, validateFormats: false, logger: false }).compile(keywords);
	const judge = (value: unknown) => validate(value) === true;
	validators.set(schema, judge);
	return judge;
}
