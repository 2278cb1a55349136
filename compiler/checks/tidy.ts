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

/** @returns the diagnostics in their order, each once */
export function tidyDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
	const place = ({ file, path }: Diagnostic): string => JSON.stringify([file, path]);
	const better = new Set(
		diagnostics.filter(({ code, severity }) => severity === "error" && !code.startsWith("FS2")).map(place),
	);
	const misspelt = new Set(diagnostics.filter(({ code }) => code === "FS2008").map(({ file }) => file));
	const seen = new Set<string>();
	return diagnostics.filter((diagnostic) => {
		const { code, file, message } = diagnostic;
		if (code.startsWith("FS2") && better.has(place(diagnostic))) return false;
		if (CONSEQUENCES.has(code) && misspelt.has(file)) return false;
		const id = JSON.stringify([code, place(diagnostic), diagnostic.range?.start, message]);
		if (seen.has(id)) return false;
		seen.add(id);
		return true;
	});
}
