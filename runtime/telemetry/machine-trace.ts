/** The spans of one machine: its execution's, and below it one for each visit of a state. */
import type { MachineContext } from "../../compiler/xstate/machine-context.ts";
import type { ExecutionEnd, TelemetrySpan } from "./telemetry.ts";

/** How a machine ended. */
export interface MachineEnd extends Pick<ExecutionEnd, "status"> {
	readonly reason?: string | undefined;
	readonly error?: unknown;
}

interface OpenState {
	readonly span: TelemetrySpan;
	readonly step: number;
	/** What failed the state, whether or not `on_error` has a route for it. */
	failure?: unknown;
}

const noTotals = { steps: 0, agentCalls: 0, cost: 0, inputTokens: 0, outputTokens: 0 };

export class MachineTrace {
	readonly execution: TelemetrySpan;
	readonly executionId: string;
	#state: OpenState | undefined;
	#totals: Omit<ExecutionEnd, "status" | "reason"> = noTotals;

	constructor(execution: TelemetrySpan, executionId: string) {
		this.execution = execution;
		this.executionId = executionId;
	}

	/** The span of the state in which the machine stands; of the execution before its first state. */
	get current(): TelemetrySpan {
		return this.#state?.span ?? this.execution;
	}

	/** The machine passed through a place with this context. */
	pass({ machine }: MachineContext): void {
		const { step, current_state: state, run, total_api_calls: agentCalls, total_cost: cost } = machine;
		const { input_tokens: inputTokens, output_tokens: outputTokens } = run.usage;
		this.#totals = { steps: step, agentCalls, cost, inputTokens, outputTokens };
		if (step > 0 && step !== this.#state?.step) this.entered(state, step);
		if (this.#state && run.failure !== undefined) this.#state.failure = run.failure;
	}

	entered(state: string, step: number): void {
		this.#leave();
		const { executionId } = this;
		this.#state = { step, span: this.execution.begin({ kind: "state", state, step, executionId }) };
	}

	end({ status, reason, error }: MachineEnd): void {
		if (this.#state && status === "failed") this.#state.failure ??= error;
		this.#leave();
		this.execution.end({
			...(status === "failed" && { error }),
			execution: { status, ...(reason !== undefined && { reason }), ...this.#totals },
		});
	}

	#leave(): void {
		if (!this.#state) return;
		const { span, failure } = this.#state;
		this.#state = undefined;
		span.end(failure === undefined ? {} : { error: failure });
	}
}
