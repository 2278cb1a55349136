/** Rate limits out of response headers (spec section 18.2). */
import type { RateLimitState, RateLimitWindow } from "../../runtime/agents/agent.ts";

/** Header values by lower-case name. */
export type HeaderMap = Readonly<Record<string, string>>;

const resources = ["requests", "tokens"] as const;
const bucketSeconds = { minute: 60, hour: 3600, day: 86_400 } as const;

/** The headers that say something about limits or help to find a request at the provider; never cookies. */
export function limitHeaders(headers: Headers | HeaderMap): HeaderMap {
	const all = headers instanceof Headers ? [...headers] : Object.entries(headers);
	const kept = all.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
	return Object.fromEntries(kept.filter(([name]) => /ratelimit|^retry-after|request-id$/.test(name)));
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
	const bucketed = resources.flatMap((resource) => bucketWindows(headers, resource));
	const windows = [
		...bucketed,
		...resources
			.filter((resource) => !bucketed.some((window) => window.resource === resource))
			.flatMap((resource) => plainWindow(headers, resource)),
		...resources.flatMap((resource) => anthropicWindow(headers, resource)),
	];
	const retryAfter = options.retryAfter ?? retryAfterSeconds(headers["retry-after"], options.now ?? Date.now);
	if (windows.length === 0 && retryAfter === undefined) return null;
	return {
		limited: windows.some((window) => window.remaining === 0),
		...(retryAfter !== undefined && { retry_after: retryAfter }),
		windows,
	};
}

/** Cerebras: one window for each minute, hour and day. */
function bucketWindows(headers: HeaderMap, resource: string): RateLimitWindow[] {
	return Object.entries(bucketSeconds).flatMap(([bucket, seconds]) => {
		const counts = countsOf(headers, (what) => `x-ratelimit-${what}-${resource}-${bucket}`);
		return counts === undefined ? [] : [{ name: `${resource}_per_${bucket}`, resource, ...counts, resets_in: seconds }];
	});
}

/** OpenAI and those who copied it. */
function plainWindow(headers: HeaderMap, resource: string): RateLimitWindow[] {
	const counts = countsOf(headers, (what) => `x-ratelimit-${what}-${resource}`);
	if (counts === undefined) return [];
	const resetsIn = durationSeconds(headers[`x-ratelimit-reset-${resource}`]);
	return [{ name: resource, resource, ...counts, ...(resetsIn !== undefined && { resets_in: resetsIn }) }];
}

function anthropicWindow(headers: HeaderMap, resource: string): RateLimitWindow[] {
	const counts = countsOf(headers, (what) => `anthropic-ratelimit-${resource}-${what}`);
	if (counts === undefined) return [];
	const resetAt = Date.parse(headers[`anthropic-ratelimit-${resource}-reset`] ?? "") / 1000;
	return [{ name: resource, resource, ...counts, ...(Number.isFinite(resetAt) && { reset_at: resetAt }) }];
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

const unitSeconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

/** `1h30m`, `6m0s`, `500ms` or plain seconds, rounded up. */
function durationSeconds(text: string | undefined): number | undefined {
	const trimmed = text?.trim() ?? "";
	if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Math.ceil(Number(trimmed));
	if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(trimmed)) return undefined;
	let milliseconds = 0;
	for (const [, amount = "0", unit = "s"] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
		milliseconds += Number(amount) * (unitSeconds[unit] ?? 0) * 1000;
	}
	return Math.ceil(milliseconds / 1000);
}

/** Seconds, or a date as HTTP allows. */
function retryAfterSeconds(text: string | undefined, now: () => number): number | undefined {
	if (text === undefined) return undefined;
	const trimmed = text.trim();
	if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed);
	const date = Date.parse(trimmed);
	return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now()) / 1000));
}
