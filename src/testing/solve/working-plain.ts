/** A plain candidate that the templates can work on: others are laid over it. */
import { isRecord } from "../../../compiler/document/plain-data.ts";
import { type Assignment, applyAll, type Setting } from "./assignments.ts";
import { ABSENT, type Path } from "./paths.ts";
import { fitTo, UNFIT } from "./shape.ts";
import { outcomeOf, type Source } from "./source.ts";

type Context = Readonly<Record<string, unknown>>;

/** Values to put in place of a plain text where a template can do nothing with it. */
const PLAINER: readonly unknown[] = [1, "1", ABSENT, "{}", ["an item"], {}, "[]", ""];

/** The source's plain candidate, with other values where the templates fail on them. */
export function workingPlain(source: Source, context: Context): unknown {
	const { plain, shape } = source;
	const works = (candidate: unknown): boolean => outcomeOf(source, candidate, context).scope !== undefined;
	if (works(plain)) return plain;
	const leaves = leavesOf(plain, []);
	const changes = [
		...PLAINER.map((value) => leaves.map((path): Setting => ({ path, value }))),
		...leaves.flatMap((path) => PLAINER.map((value): Assignment => [{ path, value }])),
	];
	for (const change of changes) {
		const candidate = fitTo(applyAll(plain, change), shape);
		if (candidate !== UNFIT && works(candidate)) return candidate;
	}
	return plain;
}

/** Places of the scalars in a value, and of lists. */
function leavesOf(value: unknown, path: Path): readonly Path[] {
	if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => leavesOf(item, [...path, index]))];
	if (!isRecord(value)) return [path];
	return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}
