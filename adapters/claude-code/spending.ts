/** What one call of Claude Code has used and cost, out of the results of its turns. */
import type { AgentUsage } from "../../runtime/agents/agent.ts";
import type { ModelTotals, ResultMessage } from "./sdk.ts";

/** What tokens cost beside each other, the same for all models of Anthropic: input, output, cache read, cache write. */
const weights = { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 };

export class Spending {
	#input = 0;
	#output = 0;
	#cacheRead = 0;
	#cacheWrite = 0;
	#cost = 0;
	/** The session's cost before this call; unknown until a turn is over. */
	#before: number | undefined;

	/** @param isFresh whether the session begins with this call */
	constructor(isFresh: boolean) {
		this.#before = isFresh ? 0 : undefined;
	}

	/** Takes what a session was resumed with as unknown. */
	resumed(): void {
		this.#before = undefined;
	}

	/** US dollars. */
	get cost(): number {
		return this.#cost;
	}

	/** @param answers answers that models have given: the calls to the provider */
	usage(answers: number): AgentUsage {
		return {
			input_tokens: this.#input,
			output_tokens: this.#output,
			cache_read_tokens: this.#cacheRead,
			cache_write_tokens: this.#cacheWrite,
			total_tokens: this.#input + this.#output + this.#cacheRead + this.#cacheWrite,
			api_calls: answers,
		};
	}

	/**
	 * Adds a turn. The program tells a session's cost from its beginning, also of turns in earlier processes; of the first
	 * turn of a resumed session the part is estimated that its tokens have.
	 */
	add({ usage, modelUsage, total_cost_usd: total }: ResultMessage): void {
		this.#input += usage.input_tokens;
		this.#output += usage.output_tokens;
		this.#cacheRead += usage.cache_read_input_tokens;
		this.#cacheWrite += usage.cache_creation_input_tokens;
		if (this.#before === undefined) {
			const whole = Object.values(modelUsage).reduce((sum, totals) => sum + weightOf(totals), 0);
			const turn = weightOf({
				inputTokens: usage.input_tokens,
				outputTokens: usage.output_tokens,
				cacheReadInputTokens: usage.cache_read_input_tokens,
				cacheCreationInputTokens: usage.cache_creation_input_tokens,
			});
			this.#before = whole > 0 ? total * (1 - Math.min(1, turn / whole)) : 0;
		}
		this.#cost = Math.max(0, total - this.#before);
	}
}

function weightOf(totals: ModelTotals): number {
	return (
		totals.inputTokens * weights.input +
		totals.outputTokens * weights.output +
		totals.cacheReadInputTokens * weights.cacheRead +
		totals.cacheCreationInputTokens * weights.cacheWrite
	);
}
