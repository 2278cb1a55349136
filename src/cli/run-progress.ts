/** What a progress line says of a run: follows the run's events. */
import { printable } from "../../compiler/diagnostics/printable.ts";
import type { JoinState } from "../../runtime/fleet/join-backend.ts";
import type { RunEvent } from "../../runtime/state/run-event.ts";
import type { ExecutionSummary } from "../../runtime/store/execution-summary.ts";
import { counted } from "./print-diagnostics.ts";

/** The state that the run's own machine is in. */
export interface CurrentState {
	readonly executionId: string;
	readonly state: string;
}

export class RunProgress {
	#root: CurrentState | undefined;
	/** The state that an earlier life was in. */
	#before = "starting";
	#step = 0;
	#calls = 0;
	#cost = 0;
	#activeAgents = 0;
	readonly #children = new Set<string>();
	/** Of those that workers run. */
	#ended: JoinState | null = null;
	readonly #start: number;
	readonly #now: () => number;

	/** @param now milliseconds */
	constructor(now: () => number) {
		this.#now = now;
		this.#start = now();
	}

	/** Begins with what the execution has done in earlier lives. */
	goOnFrom({ current_state, step, total_api_calls, total_cost }: ExecutionSummary): void {
		this.#before = current_state;
		this.#root = undefined;
		this.#step = step;
		this.#calls = total_api_calls;
		this.#cost = total_cost;
	}

	/** How many children have ended that workers run; null where it waits for none. */
	childrenEnded(join: JoinState | null): void {
		this.#ended = join;
		if (join) this.#children.clear();
	}

	/** The state that the machine is in, or was in last; undefined before the first. */
	get current(): CurrentState | undefined {
		return this.#root;
	}

	accept(event: RunEvent): void {
		switch (event.type) {
			case "state": {
				// The first event is the root's own; events of its children carry other ids.
				const { executionId, state } = event;
				if (this.#root !== undefined && this.#root.executionId !== executionId) return;
				this.#root = { executionId, state };
				this.#step = event.step;
				return;
			}
			case "agent_start":
				this.#activeAgents += 1;
				return;
			case "agent_end":
				this.#activeAgents -= 1;
				this.#calls += event.calls;
				this.#cost += event.cost;
				return;
			case "child_start":
				this.#children.add(event.childId);
				return;
			case "child_end":
				this.#children.delete(event.childId);
				return;
			default:
		}
	}

	/** For example `write · step 3 · 2 calls · $0.0012 · 3 children running · 12 s`. */
	text(): string {
		const parts = [printable(this.#root?.state ?? this.#before), `step ${this.#step}`, counted(this.#calls, "call")];
		if (this.#cost > 0) parts.push(`$${this.#cost.toFixed(4)}`);
		if (this.#ended) parts.push(`${this.#ended.ended} of ${this.#ended.needed} children ended`);
		if (this.#children.size > 0) {
			parts.push(`${this.#children.size} ${this.#children.size === 1 ? "child" : "children"} running`);
		} else if (this.#activeAgents > 1) parts.push(`${this.#activeAgents} agents at work`);
		parts.push(`${Math.floor((this.#now() - this.#start) / 1000)} s`);
		return parts.join(" · ");
	}
}
