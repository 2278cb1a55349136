/** Times in a few words, as people read them in tables. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** From here on a date says more. */
const longAgo = 60 * day;

/**
 * `now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`, and before that the date.
 * @param time ISO 8601
 * @param now milliseconds since 1970
 * @returns "" for a text that is no time
 */
export function timeAgo(time: string, now: number): string {
	const at = Date.parse(time);
	if (Number.isNaN(at)) return "";
	const seconds = Math.floor((now - at) / 1000);
	if (seconds < 5) return "now";
	if (seconds < minute) return `${seconds} s ago`;
	if (seconds < hour) return `${Math.floor(seconds / minute)} min ago`;
	if (seconds < day) return `${Math.floor(seconds / hour)} h ago`;
	if (seconds < longAgo) return `${Math.floor(seconds / day)} d ago`;
	return new Date(at).toISOString().slice(0, 10);
}

/** `2026-03-01 12:00:00 UTC`; a text that is no time stays as it is. @param time ISO 8601, or milliseconds since 1970 */
export function timeText(time: string | number): string {
	const at = new Date(time);
	return Number.isNaN(at.getTime()) ? String(time) : `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `350 ms`, `1.2 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`. @param seconds from 0 up */
export function durationWords(seconds: number): string {
	if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
	if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	if (whole < hour) return `${Math.floor(whole / minute)} min ${whole % minute} s`;
	if (whole < day) return `${Math.floor(whole / hour)} h ${Math.floor((whole % hour) / minute)} min`;
	return `${Math.floor(whole / day)} d ${Math.floor((whole % day) / hour)} h`;
}

/** `$0.0012`. */
export function dollars(cost: number): string {
	return cost > 0 ? `$${cost.toFixed(4)}` : "$0";
}
