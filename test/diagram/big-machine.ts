/** A machine of many states that is like one that people write: stages with work, checks, repairs and ways out. */

const done = { type: "final" };

/**
 * Stages of five states: work, check (two thresholds), repair (which goes back), ask a person, and a note for errors.
 * @param stages the machine has 5 · stages + 3 states
 */
export function stagedData(stages: number): Record<string, unknown> {
	const states: Record<string, unknown> = { start: { type: "initial", transitions: [{ to: "work_1" }] } };
	for (let stage = 1; stage <= stages; stage++) {
		const next = stage === stages ? "delivered" : `work_${stage + 1}`;
		states[`work_${stage}`] = {
			agent: "writer",
			execution: { type: "retry", backoffs: [1, 2] },
			transitions: [{ to: `check_${stage}` }],
			on_error: { RateLimitError: `work_${stage}`, default: `note_${stage}` },
		};
		states[`check_${stage}`] = {
			agent: "critic",
			output_to_context: { score: "output.score" },
			transitions: [
				{ condition: "context.score >= 8 and context.text != ''", to: next },
				{ condition: `context.score >= 5 or context.text == 'keep for stage ${stage}'`, to: `repair_${stage}` },
				{ to: `ask_${stage}` },
			],
		};
		states[`repair_${stage}`] = { action: "repair", hooks: "repairs", transitions: [{ to: `check_${stage}` }] };
		states[`ask_${stage}`] = {
			wait_for: `approval/${stage}`,
			timeout: 3600,
			transitions: [{ condition: "context.score == 10", to: next }, { to: "rejected" }],
			on_error: { TimeoutError: "rejected" },
		};
		states[`note_${stage}`] = { action: "note", hooks: "notes", transitions: [{ to: next }] };
	}
	return { name: `staged-${stages}`, states: { ...states, delivered: done, rejected: done } };
}
