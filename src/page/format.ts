/** Numbers, times and values as short words. */

/** @param milliseconds e.g. 83000: "1 m 23 s" */
export function formatDuration(milliseconds: number): string {
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	const seconds = milliseconds / 1000;
	if (seconds < 10) return `${seconds.toFixed(2)} s`;
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
	const hours = Math.floor(minutes / 60);
	return hours < 48 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param dollars shown with as many digits as small costs need: a call of a small model costs less than a cent's tenth */
export function formatCost(dollars: number): string {
	if (dollars === 0) return "$0";
	if (dollars >= 1) return `$${dollars.toFixed(2)}`;
	if (dollars >= 0.001) return `$${dollars.toFixed(4)}`;
	return dollars < 0.000001 ? "<$0.000001" : `$${dollars.toFixed(6).replace(/0+$/, "")}`;
}

/** Seconds from the start of the run: "+1.204 s". */
export function formatOffset(milliseconds: number): string {
	const sign = milliseconds < 0 ? "−" : "+";
	const size = Math.abs(milliseconds);
	return size < 100_000 ? `${sign}${(size / 1000).toFixed(3)} s` : `${sign}${formatDuration(size)}`;
}

/** "1 step", "2 steps". */
export function formatCounted(count: number, name: string): string {
	return `${formatCount(count)} ${name}${count === 1 ? "" : "s"}`;
}

export function formatCount(count: number): string {
	return count.toLocaleString("en-US");
}

/** What an answer says: its text where it has nothing else. */
export function answerText(answer: unknown): string {
	if (typeof answer !== "object" || answer === null) return previewOf(answer);
	const [only, ...others] = Object.values(answer);
	return typeof only === "string" && others.length === 0 ? previewOf(only) : previewOf(answer);
}

/** One line of JSON, cut. Looks at no more of a large value than it shows. */
export function previewOf(value: unknown, length = 160): string {
	const text = typeof value === "string" ? value.slice(0, length + 1).replace(/\s+/g, " ") : shortJson(value, length);
	return text.length > length ? `${text.slice(0, length)}…` : text;
}

function shortJson(value: unknown, room: number): string {
	if (typeof value === "string") return JSON.stringify(value.slice(0, room + 1));
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
	const isList = Array.isArray(value);
	let text = isList ? "[" : "{";
	for (const [key, member] of Object.entries(value)) {
		if (text.length > room) return text;
		if (text.length > 1) text += ", ";
		text += `${isList ? "" : `${key}: `}${shortJson(member, room - text.length)}`;
	}
	return `${text}${isList ? "]" : "}"}`;
}
