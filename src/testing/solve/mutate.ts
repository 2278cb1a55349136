/** Small changes of a value, one place at a time: the moves of a directed search. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { getAt, type Path, setAt } from "./paths.ts";

/** The places of a value that can be changed: scalars, and lists as a whole. */
export function placesOf(value: unknown, path: Path = []): readonly Path[] {
	if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => placesOf(item, [...path, index]))];
	if (isRecord(value)) {
		const inside = Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]));
		return inside.length > 0 ? inside : [path];
	}
	return [path];
}

/** The value with another one at a place. */
export function withChange(value: unknown, path: Path, change: unknown): unknown {
	return setAt(value, path, change);
}

/** Other values for a place: small steps first, then the constants that the conditions compare with. */
export function movesAt(value: unknown, path: Path, constants: readonly unknown[]): readonly unknown[] {
	const now = getAt(value, path);
	return [...steps(now), ...constants, ...mixed(now, constants)];
}

function steps(now: unknown): readonly unknown[] {
	if (typeof now === "number") return [now + 1, now - 1, now + 0.1, now - 0.1, now * 2, now / 2, -now, 0, now * 10];
	if (typeof now === "boolean") return [!now];
	if (typeof now === "string") {
		return [
			"",
			now.toLowerCase(),
			now.toUpperCase(),
			now.trim(),
			now.slice(0, -1),
			now.slice(1),
			`${now}x`,
			`${now}1`,
			now + now,
		];
	}
	if (Array.isArray(now)) {
		const last: unknown = now.at(-1) ?? "an item";
		return [[...now, last], now.slice(0, -1), now.slice(1), []];
	}
	return [true, false, 1, "text", [], {}];
}

/** A text joined with the texts that are looked for. */
function mixed(now: unknown, constants: readonly unknown[]): readonly unknown[] {
	if (typeof now === "number")
		return constants.flatMap((one) => (typeof one === "number" ? [now + one, now - one, one - now] : []));
	if (typeof now !== "string") return Array.isArray(now) ? constants.map((one) => [...now, one]) : [];
	return constants.flatMap((one) =>
		typeof one === "string" && one !== "" ? [now + one, one + now, `${now} ${one}`] : [],
	);
}
