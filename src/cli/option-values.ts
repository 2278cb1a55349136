/** Reads the values of options: numbers, durations, limits. What they throw, commander shows with the option's name. */
import { InvalidArgumentError } from "commander";
import { checkExecutionId } from "../../runtime/checkpoint/checkpoint-key.ts";
import { checkRateLimit, type RateLimit } from "../../runtime/fleet/rate-limiter.ts";

/** @throws InvalidArgumentError */
export function positiveInteger(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
		throw new InvalidArgumentError("Expected a whole number from 1 up.");
	}
	return value;
}

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
		throw new InvalidArgumentError("Expected a whole number from 0 up.");
	}
	return value;
}

/** @throws InvalidArgumentError */
export function positiveNumber(text: string): number {
	const value = Number(text);
	if (!/^\d*\.?\d+$/.test(text) || !(value > 0)) throw new InvalidArgumentError("Expected a number above 0.");
	return value;
}

/** The id of a new execution. @throws InvalidArgumentError */
export function executionId(text: string): string {
	try {
		checkExecutionId(text);
		return text;
	} catch {
		throw new InvalidArgumentError(
			"Expected a name of at most 255 bytes without slashes, and without `.` or `_` in front.",
		);
	}
}

/** @throws InvalidArgumentError */
export function portNumber(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("Expected a number from 0 to 65535.");
	return value;
}

/**
 * `NAME=N`, once for each name.
 * @param before what the option was given before
 * @throws InvalidArgumentError
 */
export function numberByName(text: string, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
	const at = text.lastIndexOf("=");
	if (at < 1) throw new InvalidArgumentError("Expected NAME=N, such as research=2.");
	return new Map([...before, [text.slice(0, at), positiveInteger(text.slice(at + 1))]]);
}

const unitSeconds: Readonly<Record<string, number>> = {
	s: 1,
	m: 60,
	min: 60,
	h: 3600,
	d: 86_400,
	w: 7 * 86_400,
};

/** Longest duration, some 10,000 years: the time before it must still be a date. */
const longestSeconds = 86_400 * 365 * 10_000;

/**
 * `30s`, `15m`, `12h`, `7d`, `2w`, or several of them: `1d12h`.
 * @returns seconds
 * @throws InvalidArgumentError
 */
export function duration(text: string): number {
	const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?) ?(min|[smhdw])\s*/gy)];
	const read = parts.reduce((length, [part]) => length + part.length, 0);
	const seconds = parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (unitSeconds[unit] ?? 0), 0);
	if (parts.length === 0 || read < text.trim().length || seconds > longestSeconds) {
		const unit = /^\d+(?:\.\d+)?$/.test(text.trim()) ? " It lacks the unit." : "";
		throw new InvalidArgumentError(`Expected a duration such as 30s, 15m, 12h, 7d, 2w or 1d12h.${unit}`);
	}
	return seconds;
}

/** One of several limits on calls. @throws InvalidArgumentError */
export function rateLimit(text: string, before: readonly RateLimit[] = []): readonly RateLimit[] {
	const [, match = "", requests, seconds] = /^(\S+)=(\d+)\/(\d+(?:\.\d+)?)$/.exec(text) ?? [];
	const limit = { match, requests: Number(requests), seconds: Number(seconds) };
	try {
		checkRateLimit(limit);
	} catch {
		throw new InvalidArgumentError(
			"Expected HOST=REQUESTS/SECONDS, such as api.openai.com=500/60; * is every other host.",
		);
	}
	return [...before, limit];
}
