/** Says how many mutants were killed, as a table, with each survivor and each mutant that is taken for equivalent. */
import { type Judged, type Judgement, score } from "./judge-mutants.ts";
import type { MutantKind } from "./mutants.ts";

/** The report as text. */
export function mutationReport(judged: readonly Judged[]): string {
	const names = judged.map(({ machine }) => machine.replace(/^examples\//, "").replace("/config/", "/"));
	const width = Math.max(...names.map(({ length }) => length), "machine".length);
	const row = (name: string, cells: readonly (string | number)[]) =>
		`${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(12)).join("")}`;
	const lines = [
		row("machine", ["scenarios", "mutants", "killed", "equivalent", "survived", "invalid", "score"]),
		...judged.map((one, index) => row(names[index] ?? "", cellsOf([one]))),
		row("all", cellsOf(judged)),
		"",
		row("kind of mutant", ["mutants", "killed", "equivalent", "survived", "invalid", "score"]),
		...kindsOf(judged).map((kind) => row(kind, cellsOf(judged.map((one) => ofKind(one, kind))).slice(1))),
	];
	const lists = [
		...listOf("Survived: they behave differently, and no scenario of the original notices.", judged, "survived"),
		...listOf("Taken for equivalent: nothing was found that they do differently.", judged, "equivalent"),
	];
	return `${[...lines, ...lists].join("\n")}\n`;
}

function kindsOf(judged: readonly Judged[]): readonly MutantKind[] {
	return [...new Set(judged.flatMap(({ judgements }) => judgements.map(({ mutant }) => mutant.kind)))].sort();
}

function ofKind(judged: Judged, kind: MutantKind): Judged {
	return { ...judged, judgements: judged.judgements.filter(({ mutant }) => mutant.kind === kind) };
}

function cellsOf(judged: readonly Judged[]): readonly (string | number)[] {
	const all = judged.flatMap(({ judgements }) => judgements);
	const count = (verdict: Judgement["verdict"]) => all.filter((one) => one.verdict === verdict).length;
	const scenarios = judged.reduce((sum, one) => sum + one.scenarios, 0);
	// Rounded down, so that 100 % means all.
	const percent = `${(Math.floor(score(judged) * 1000) / 10).toFixed(1)} %`;
	return [scenarios, all.length, count("killed"), count("equivalent"), count("survived"), count("invalid"), percent];
}

function listOf(title: string, judged: readonly Judged[], verdict: Judgement["verdict"]): readonly string[] {
	const lines = judged.flatMap(({ machine, judgements }) =>
		judgements
			.filter((judgement) => judgement.verdict === verdict)
			.flatMap(({ mutant, difference }) => [
				`  ${machine}: ${mutant.kind}: ${mutant.what}`,
				...(difference === undefined
					? []
					: [`    ${difference.length > 300 ? `${difference.slice(0, 300)}…` : difference}`]),
			]),
	);
	return lines.length === 0 ? [] : ["", title, ...lines];
}
