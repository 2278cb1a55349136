/** A span's name beyond its process, in the form of the header `traceparent` (W3C Trace Context, version 00). */
import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";

/** @returns undefined for what is none */
export function readTraceparent(text: string | undefined): SpanContext | undefined {
	const [, traceId = "", spanId = "", flags = ""] =
		/^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(text ?? "") ?? [];
	const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
	return isSpanContextValid(context) ? context : undefined;
}

/** @returns undefined for a span that nothing records */
export function writeTraceparent(context: SpanContext): string | undefined {
	if (!isSpanContextValid(context)) return undefined;
	return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, "0")}`;
}
