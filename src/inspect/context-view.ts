/** A machine's context from frame to frame: what is shown of it, and what has changed since the frame before. */
import type { MachineContext } from "../../compiler/xstate/machine-context.ts";
import { changedPaths } from "./changed-paths.ts";
import type { InspectedFrame } from "./protocol.ts";
import type { Redaction } from "./redaction.ts";

type Context = Readonly<Record<string, unknown>>;

export class ContextView {
	readonly #redaction: Redaction;
	/** The frame before, as it was and as it was shown. Contexts are not changed in place, so equal parts are shown alike. */
	#raw: Context | undefined;
	#shown: Readonly<Record<string, unknown>> = {};

	constructor(redaction: Redaction) {
		this.#redaction = redaction;
	}

	/** The frame of a machine in this context. */
	frame(context: MachineContext): Omit<InspectedFrame, "seq" | "at" | "actor"> {
		const { machine, ...flat } = context;
		const { current_state: state, step, total_cost: cost, total_api_calls: agentCalls } = machine;
		return { state: this.#redaction.text(state), step, cost, agentCalls, ...this.show(flat) };
	}

	/** @param context without the runtime's own part */
	show(context: Context): Pick<InspectedFrame, "context" | "changed"> {
		const before = this.#raw;
		const beforeShown = this.#shown;
		const shown: [string, unknown][] = [];
		for (const [key, value] of Object.entries(context)) {
			const name = this.#redaction.text(key);
			const isSame = before && Object.hasOwn(before, key) && Object.is(before[key], value);
			if (isSame && Object.hasOwn(beforeShown, name)) shown.push([name, beforeShown[name]]);
			// Under its key, by which it may be hidden.
			else shown.push(...Object.entries(this.#redacted({ [key]: value })));
		}
		this.#raw = context;
		this.#shown = Object.fromEntries(shown);
		return { context: this.#shown, changed: before ? changedPaths(beforeShown, this.#shown) : [] };
	}

	#redacted(part: Context): Context {
		const copy = this.#redaction.value(part);
		return typeof copy === "object" && copy !== null ? { ...copy } : {};
	}
}
