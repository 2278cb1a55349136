/**
 * The tool loop that a machine is in, for its `tool_call` checkpoints (spec section 12.5). The log has every call; the
 * chain in a checkpoint is for those who read no more than that. Since each one holds the whole chain, a long chain is
 * written only when it has grown by a quarter, so that all of them together cost no more than a few times the last.
 */
import type { Checkpoint } from "./xstate-snapshot.ts";

/** Characters up to which a chain is written after each call. */
const shortChain = 65_536;

interface Place {
	readonly at: string;
	readonly step: number;
}

export class ToolLoopRecord {
	#loop: Readonly<Record<string, unknown>> | undefined;
	#place: Place = { at: "", step: -1 };
	#size = 0;
	#written = 0;

	/** @param size of the chain, in characters */
	called(place: Place, loop: Readonly<Record<string, unknown>>, size: number): void {
		if (!isSame(place, this.#place)) this.#written = 0;
		this.#place = place;
		this.#loop = loop;
		this.#size = size;
	}

	/** Whether the loop is to be written that the machine is in at this place. */
	isDue(place: Place): boolean {
		if (this.#loop === undefined || !isSame(place, this.#place) || this.#size === this.#written) return false;
		return this.#size <= shortChain || this.#size >= this.#written * 1.25;
	}

	/** The checkpoint of a machine in rest at this place, with the loop where there is one. */
	addTo(place: Place, checkpoint: Checkpoint): Checkpoint {
		if (this.#loop === undefined || !isSame(place, this.#place)) return checkpoint;
		this.#written = this.#size;
		const { event } = checkpoint.snapshot;
		const loop = { event: event === "waiting" ? event : ("tool_call" as const), tool_loop_state: this.#loop };
		const snapshot = { ...checkpoint.snapshot, ...loop };
		return { ...checkpoint, snapshot };
	}
}

function isSame(one: Place, other: Place): boolean {
	return one.at === other.at && one.step === other.step;
}
