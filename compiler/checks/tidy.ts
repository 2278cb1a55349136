/** Takes out of a list of diagnostics what another one says better, and what only follows from another. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Follow from a misspelt key of a state, or from one given twice: what the right or the first one used or did. */
const CONSEQUENCES: ReadonlySet<string> = new Set([
	"FS3104",
	"FS3105",
	"FS4104",
	"FS4105",
	"FS4107",
	"FS4110",
	"FS4112",
]);

/** Follow from a state that has the wrong shape, which leaves open how the run goes. */
const FLOW_CONSEQUENCES: ReadonlySet<string> = new Set([
	"FS3104",
	"FS3105",
	"FS4103",
	"FS4104",
	"FS4105",
	"FS4106",
	"FS4107",
]);

/** Whether a diagnostic says that `states`, a state, or what decides how it goes on has the wrong shape. */
function isMisshapenFlow({ code, path }: Diagnostic): boolean {
	if (code !== "FS2002" && code !== "FS2003" && code !== "FS2004") return false;
	const [, key] = path.slice(path.lastIndexOf("states") + 1);
	return path.includes("states") && (key === undefined || key === "type" || key === "transitions");
}

/** Say that nothing uses a name, and what says that a name is misspelt. */
const UNUSED: ReadonlySet<string> = new Set(["FS3104", "FS3105", "FS4104"]);
const UNKNOWN_NAME: ReadonlySet<string> = new Set(["FS3101", "FS3102", "FS4101", "FS4102"]);

/** Whether a diagnostic says why there are no states to be found: `data` is missing or no map, or `states` is none. */
function saysNoStates({ code, path }: Diagnostic): boolean {
	const last = path.at(-1);
	return (code === "FS2002" && (last === "data" || last === "states")) || (code === "FS2003" && path.length === 0);
}

/** Names that misspelt ones were probably meant to be: they are used after all. */
function namesMeant(diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
	const names = diagnostics.flatMap(({ code, file, suggestion }) => {
		const name = UNKNOWN_NAME.has(code) ? /^did you mean `(.+)`\?$/.exec(suggestion ?? "")?.[1] : undefined;
		return name === undefined ? [] : [JSON.stringify([file, name])];
	});
	return new Set(names);
}

/** @returns the diagnostics in their order, each once */
export function tidyDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
	const place = ({ file, path }: Diagnostic): string => JSON.stringify([file, path]);
	const unread = new Set(diagnostics.filter(saysNoStates).map(({ file }) => file));
	/** That there are no states is no news where it has been said why. */
	const saysAgain = ({ code, file }: Diagnostic): boolean => code === "FS4002" && unread.has(file);
	const better = new Set(
		diagnostics
			.filter(({ severity, code }) => severity === "error" && !code.startsWith("FS2"))
			.filter((diagnostic) => !saysAgain(diagnostic))
			.map(place),
	);
	const isLost = ({ code }: Diagnostic): boolean => code === "FS2008" || code === "FS1002";
	const misspelt = new Set(diagnostics.filter(isLost).map(({ file }) => file));
	const misshapen = new Set(diagnostics.filter(isMisshapenFlow).map(({ file }) => file));
	const meant = namesMeant(diagnostics);
	const seen = new Set<string>();
	return diagnostics.filter((diagnostic) => {
		const { code, file, message } = diagnostic;
		if (saysAgain(diagnostic)) return false;
		if (code.startsWith("FS2") && better.has(place(diagnostic))) return false;
		if (CONSEQUENCES.has(code) && misspelt.has(file)) return false;
		if (FLOW_CONSEQUENCES.has(code) && misshapen.has(file)) return false;
		if (UNUSED.has(code) && meant.has(JSON.stringify([file, diagnostic.path[diagnostic.path.length - 1]])))
			return false;
		const id = JSON.stringify([code, place(diagnostic), diagnostic.range?.start, message]);
		if (seen.has(id)) return false;
		seen.add(id);
		return true;
	});
}
