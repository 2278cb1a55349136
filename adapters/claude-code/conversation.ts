/** The prompts of one call, handed to a running query one after each turn. */
import type { UserMessage } from "./sdk.ts";

export class Conversation {
	readonly #texts: string[] = [];
	#hasEnded = false;
	#wake: () => void = () => {};

	/** What the query reads; it ends when `end` is called. */
	async *prompts(): AsyncGenerator<UserMessage> {
		for (;;) {
			const content = this.#texts.shift();
			if (content !== undefined) {
				yield { type: "user", message: { role: "user", content }, parent_tool_use_id: null };
			} else if (this.#hasEnded) {
				return;
			} else {
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
			}
		}
	}

	say(text: string): void {
		this.#texts.push(text);
		this.#wake();
	}

	end(): void {
		this.#hasEnded = true;
		this.#wake();
	}
}
