/** The lines that processes append to a file: what they begin and end, under whose lease. */
import { existsSync, readFileSync } from "node:fs";

export interface Line {
	readonly word: "begin" | "end" | "acquired" | "releases";
	/** `<execution id>/<step>/<XState state>/<key of the step>`; of a lease: the execution id. */
	readonly name: string;
	readonly pid: number;
	/** Of the lease under which the process wrote. */
	readonly token: number;
}

const pattern = /^(begin|end|acquired|releases) (\S+) (\d+) (\d+)$/;

/** All lines so far. @throws for a line that is none: one write is one line, also where its process was killed */
export function readLines(file: string): Line[] {
	if (!existsSync(file)) return [];
	const lines = readFileSync(file, "utf8").split("\n");
	if (lines.pop() !== "") throw new Error("the last line is cut off");
	return lines.map((text) => {
		const [, word, name, pid, token] = pattern.exec(text) ?? [];
		if (name === undefined) throw new Error(`not a line of ours: ${text}`);
		const known = (["begin", "end", "acquired", "releases"] as const).find((each) => each === word) ?? "begin";
		return { word: known, name, pid: Number(pid), token: Number(token) };
	});
}

export interface CallName {
	readonly execution: string;
	readonly step: number;
	readonly state: string;
	readonly key: string;
}

export function parseName(name: string): CallName {
	const [execution = "", step = "", state = "", key = ""] = name.split("/");
	return { execution, step: Number(step), state, key };
}

/** Calls that are made one after the other, each knowing how the one before it ended. */
const inTurn = /^agent\.(?:flaky|voter)\.(?:vote\.)?(\d+)$/;

/**
 * Calls that began although one that was built on their result had begun before: in an earlier step of the same
 * execution, or an earlier attempt of the same step. Never allowed, whatever was killed.
 */
export function outOfTurn(lines: readonly Line[]): string[] {
	const furthest = new Map<string, number>();
	return lines.flatMap(({ word, name }) => {
		if (word !== "begin") return [];
		const { execution, step, state, key } = parseName(name);
		const attempt = Number(inTurn.exec(key)?.[1] ?? 0);
		const places: readonly (readonly [string, number])[] = [
			[execution, step],
			[`${execution}/${step}/${state}`, attempt],
		];
		const isLate = places.some(([place, at]) => at < (furthest.get(place) ?? 0));
		for (const [place, at] of places) furthest.set(place, Math.max(at, furthest.get(place) ?? 0));
		return isLate ? [name] : [];
	});
}
