/** One span of a run, as OpenTelemetry has it. */
import {
	type Context,
	context as contexts,
	isSpanContextValid,
	type Link,
	type Span,
	type SpanContext,
	SpanKind,
	SpanStatusCode,
	type Tracer,
	trace,
} from "@opentelemetry/api";
import { errorFromAgentResult } from "../../runtime/agents/errors.ts";
import type { SpanEnd, SpanStart, TelemetrySpan } from "../../runtime/telemetry/telemetry.ts";
import type { AgentMetrics } from "./agent-metrics.ts";
import {
	answerAttributes,
	clean,
	eventAttributes,
	executionAttributes,
	inputMessages,
	outputMessages,
	resultAttributes,
	spanName,
	startAttributes,
} from "./attributes.ts";
import type { SafeText } from "./safe-text.ts";
import { readTraceparent, writeTraceparent } from "./traceparent.ts";

export interface SpanContextOptions {
	readonly tracer: Tracer;
	readonly safe: SafeText;
	/** Whether prompts, answers and messages of errors are recorded. */
	readonly hasContent: boolean;
	/** Absent where no metrics are wanted. */
	readonly record: AgentMetrics | undefined;
}

/** @param above default: what is active */
export function beginSpan(options: SpanContextOptions, start: SpanStart, above?: Context): TelemetrySpan {
	const { tracer, safe } = options;
	const earlier = start.kind === "execution" ? readTraceparent(start.earlier) : undefined;
	const active = above ?? contexts.active();
	// A child's new life is part of its parent's. A run's own goes on with its first life's trace, whoever resumes it.
	const parent = earlier && !above ? trace.setSpanContext(active, earlier) : active;
	const span = tracer.startSpan(
		safe.text(spanName(start)),
		{
			kind: start.kind === "model" ? SpanKind.CLIENT : SpanKind.INTERNAL,
			attributes: clean(startAttributes(start), safe.text),
			links: earlier ? linksTo(earlier, above ? undefined : trace.getSpanContext(active)) : [],
		},
		parent,
	);
	return new OtelSpan(options, start, span, trace.setSpan(parent, span));
}

/** @param resumer what was active where the execution was resumed */
function linksTo(earlier: SpanContext, resumer: SpanContext | undefined): Link[] {
	const links: Link[] = [{ context: earlier, attributes: { "flatstate.link": "resumes" } }];
	if (resumer && isSpanContextValid(resumer)) {
		links.push({ context: resumer, attributes: { "flatstate.link": "resumed_by" } });
	}
	return links;
}

class OtelSpan implements TelemetrySpan {
	readonly #options: SpanContextOptions;
	readonly #start: SpanStart;
	readonly #span: Span;
	readonly #context: Context;
	readonly #begun = performance.now();

	constructor(options: SpanContextOptions, start: SpanStart, span: Span, context: Context) {
		this.#options = options;
		this.#start = start;
		this.#span = span;
		this.#context = context;
	}

	get traceparent(): string | undefined {
		return writeTraceparent(this.#span.spanContext());
	}

	begin(start: SpanStart): TelemetrySpan {
		return beginSpan(this.#options, start, this.#context);
	}

	within<T>(work: () => T): T {
		return contexts.with(this.#context, work);
	}

	tell(event: Parameters<TelemetrySpan["tell"]>[0]): void {
		this.#span.addEvent(event.kind, clean(eventAttributes(event), this.#options.safe.text));
	}

	end(end: SpanEnd = {}): void {
		const { record } = this.#options;
		const error = end.result?.error ? errorFromAgentResult(end.result.error) : end.error;
		if (this.#span.isRecording()) this.#describe(end, error);
		this.#span.end();
		if (this.#start.kind !== "agent" || !record) return;
		record({ start: this.#start, milliseconds: performance.now() - this.#begun, result: end.result, error });
	}

	#describe({ result, answer, output, execution }: SpanEnd, error: unknown): void {
		const { safe, hasContent } = this.#options;
		const span = this.#span;
		if (result) span.setAttributes(clean(resultAttributes(result), safe.text));
		if (answer) span.setAttributes(clean(answerAttributes(answer), safe.text));
		if (execution) span.setAttributes(clean(executionAttributes(execution), safe.text));
		if (hasContent) this.#describeContent(result, output);
		if (error === undefined) return;
		const type = safe.errorType(error);
		span.setAttribute("error.type", type);
		// A message may quote a prompt or an answer.
		const message = hasContent ? safe.errorText(error) : type;
		span.setStatus({ code: SpanStatusCode.ERROR, message });
	}

	#describeContent(result: SpanEnd["result"], output: unknown): void {
		const { safe } = this.#options;
		const start = this.#start;
		if (start.kind === "agent" && result) {
			safe.learn(start.input);
			this.#span.setAttribute("gen_ai.input.messages", safe.json(inputMessages(result, start.input)));
			if (!result.error) this.#span.setAttribute("gen_ai.output.messages", safe.json(outputMessages(result)));
		}
		if (start.kind === "tool") {
			this.#span.setAttribute("gen_ai.tool.call.arguments", safe.json(start.arguments));
			if (output !== undefined) this.#span.setAttribute("gen_ai.tool.call.result", safe.json(output));
		}
	}
}
