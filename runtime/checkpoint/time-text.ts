/** Times as the specification writes them. */

/** ISO 8601 with microseconds and `+00:00` (spec section 13.3). @param milliseconds since 1970 */
export function isoMicroseconds(milliseconds: number): string {
	const whole = Math.floor(milliseconds);
	const micro = Math.floor((milliseconds - whole) * 1000);
	return `${new Date(whole).toISOString().slice(0, -1)}${String(micro).padStart(3, "0")}+00:00`;
}
