/** Rate limits out of response headers (spec section 18.2). */
import type { RateLimitState, RateLimitWindow } from "../../runtime/agents/agent.ts";
import type { KnownSecrets } from "../../runtime/logging/known-secrets.ts";

/** Header values by lower-case name. */
export type HeaderMap = Readonly<Record<string, string>>;

const resources = ["requests", "tokens"] as const;
const bucketSeconds = { minute: 60, hour: 3600, day: 86_400 } as const;

/**
 * The headers that say something about limits or help to find a request at the provider; never cookies.
 * @param secrets what is struck from them
 */
export function limitHeaders(headers: Headers | HeaderMap, secrets?: KnownSecrets): HeaderMap {
	const all = headers instanceof Headers ? [...headers] : Object.entries(headers);
	const kept = all.map(([name, value]): [string, string] => [name.toLowerCase(), secrets?.hide(value) ?? value]);
	return Object.fromEntries(kept.filter(([name]) => /ratelimit|^retry-after|request-id$/.test(name)));
}

/** A window as its headers say it, with its reset to the millisecond. */
export interface ObservedWindow {
	readonly name: string;
	readonly resource: "requests" | "tokens";
	readonly remaining?: number;
	readonly limit?: number;
	/** When it begins anew, in milliseconds: from the answer on, or since 1970. Absent where the provider does not say. */
	readonly reset?: { readonly in: number } | { readonly at: number };
}

export interface ObservedLimits {
	readonly windows: readonly ObservedWindow[];
	/** Milliseconds that the provider asks to wait. */
	readonly retryAfter?: number;
}

/**
 * The limits that a provider reported, or null when it reported none.
 * @param headers with lower-case names
 * @param options.retryAfter seconds; wins over the header
 * @param options.now milliseconds since 1970, for a `retry-after` that is a date
 */
export function rateLimitFromHeaders(
	headers: HeaderMap,
	options: { readonly retryAfter?: number; readonly now?: () => number } = {},
): RateLimitState | null {
	const { windows, retryAfter: asked } = observeLimits(headers, (options.now ?? Date.now)());
	const retryAfter = options.retryAfter ?? (asked === undefined ? undefined : asked / 1000);
	if (windows.length === 0 && retryAfter === undefined) return null;
	return {
		limited: windows.some((window) => window.remaining === 0),
		...(retryAfter !== undefined && { retry_after: retryAfter }),
		windows: windows.map(toWindow),
	};
}

/** A window as the specification has it: whole seconds from now, or seconds since 1970. */
function toWindow({ reset, ...window }: ObservedWindow): RateLimitWindow {
	if (reset === undefined) return window;
	return "in" in reset
		? { ...window, resets_in: Math.ceil(reset.in / 1000) }
		: { ...window, reset_at: reset.at / 1000 };
}

/**
 * What headers say about limits, exactly.
 * @param headers with lower-case names
 * @param now milliseconds since 1970
 */
export function observeLimits(headers: HeaderMap, now: number): ObservedLimits {
	const bucketed = resources.flatMap((resource) => bucketWindows(headers, resource));
	const windows = [
		...bucketed,
		...resources
			.filter((resource) => !bucketed.some((window) => window.resource === resource))
			.flatMap((resource) => plainWindow(headers, resource)),
		...resources.flatMap((resource) => anthropicWindow(headers, resource)),
	];
	const retryAfter = retryAfterMilliseconds(headers, now);
	return { windows, ...(retryAfter !== undefined && { retryAfter }) };
}

type Resource = ObservedWindow["resource"];

/** Cerebras: one window for each minute, hour and day. */
function bucketWindows(headers: HeaderMap, resource: Resource): ObservedWindow[] {
	return Object.entries(bucketSeconds).flatMap(([bucket, seconds]) => {
		const counts = countsOf(headers, (what) => `x-ratelimit-${what}-${resource}-${bucket}`);
		if (counts === undefined) return [];
		return [{ name: `${resource}_per_${bucket}`, resource, ...counts, reset: { in: seconds * 1000 } }];
	});
}

/** OpenAI and those who copied it. */
function plainWindow(headers: HeaderMap, resource: Resource): ObservedWindow[] {
	const counts = countsOf(headers, (what) => `x-ratelimit-${what}-${resource}`);
	if (counts === undefined) return [];
	const resetsIn = durationMilliseconds(headers[`x-ratelimit-reset-${resource}`]);
	return [{ name: resource, resource, ...counts, ...(resetsIn !== undefined && { reset: { in: resetsIn } }) }];
}

function anthropicWindow(headers: HeaderMap, resource: Resource): ObservedWindow[] {
	const counts = countsOf(headers, (what) => `anthropic-ratelimit-${resource}-${what}`);
	if (counts === undefined) return [];
	const at = Date.parse(headers[`anthropic-ratelimit-${resource}-reset`] ?? "");
	return [{ name: resource, resource, ...counts, ...(Number.isFinite(at) && { reset: { at } }) }];
}

function countsOf(
	headers: HeaderMap,
	nameOf: (what: "remaining" | "limit") => string,
): { readonly remaining?: number; readonly limit?: number } | undefined {
	const remaining = integer(headers[nameOf("remaining")]);
	const limit = integer(headers[nameOf("limit")]);
	if (remaining === undefined && limit === undefined) return undefined;
	return { ...(remaining !== undefined && { remaining }), ...(limit !== undefined && { limit }) };
}

function integer(text: string | undefined): number | undefined {
	return text !== undefined && /^\s*-?\d+(?:\.\d+)?\s*$/.test(text) ? Math.trunc(Number(text)) : undefined;
}

const unitMilliseconds: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `1h30m`, `6m0s`, `500ms` or plain seconds. */
function durationMilliseconds(text: string | undefined): number | undefined {
	const trimmed = text?.trim() ?? "";
	if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
	if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(trimmed)) return undefined;
	let milliseconds = 0;
	for (const [, amount = "0", unit = "s"] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
		milliseconds += Number(amount) * (unitMilliseconds[unit] ?? 0);
	}
	return milliseconds;
}

/** Seconds, or a date as HTTP allows; `retry-after-ms` is the same to the millisecond. */
function retryAfterMilliseconds(headers: HeaderMap, now: number): number | undefined {
	const exact = headers["retry-after-ms"]?.trim() ?? "";
	if (/^\d+(?:\.\d+)?$/.test(exact)) return Number(exact);
	const text = headers["retry-after"]?.trim();
	if (text === undefined) return undefined;
	if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000) * 1000);
}
