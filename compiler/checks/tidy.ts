/** Takes out of a list of diagnostics what another one says better, and what only follows from another. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Follow from a misspelt key of a state: what the right key would have used or done. */
const CONSEQUENCES: ReadonlySet<string> = new Set([
	"FS3104",
	"FS3105",
	"FS4104",
	"FS4105",
	"FS4107",
	"FS4110",
	"FS4112",
]);

/** Say that nothing uses a name, and what says that a name is misspelt. */
const UNUSED: ReadonlySet<string> = new Set(["FS3104", "FS3105", "FS4104"]);
const UNKNOWN_NAME: ReadonlySet<string> = new Set(["FS3101", "FS3102", "FS4101", "FS4102"]);

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
	const better = new Set(
		diagnostics.filter(({ code, severity }) => severity === "error" && !code.startsWith("FS2")).map(place),
	);
	const misspelt = new Set(diagnostics.filter(({ code }) => code === "FS2008").map(({ file }) => file));
	const meant = namesMeant(diagnostics);
	const seen = new Set<string>();
	return diagnostics.filter((diagnostic) => {
		const { code, file, message } = diagnostic;
		if (code.startsWith("FS2") && better.has(place(diagnostic))) return false;
		if (CONSEQUENCES.has(code) && misspelt.has(file)) return false;
		if (UNUSED.has(code) && meant.has(JSON.stringify([file, diagnostic.path[diagnostic.path.length - 1]])))
			return false;
		const id = JSON.stringify([code, place(diagnostic), diagnostic.range?.start, message]);
		if (seen.has(id)) return false;
		seen.add(id);
		return true;
	});
}
