/** The mutation check of the example machines, for people: a line on stderr for each as it is done, then the report. */
import { performance } from "node:perf_hooks";
import { exampleMachines } from "./example-machines.ts";
import { exploredScenarios } from "./explored-scenarios.ts";
import { judgeMutants, score } from "./judge-mutants.ts";
import { mutationReport } from "./report.ts";

/** The least part of the mutants that behave differently which has to be noticed. */
export const leastScore = 0.95;

/**
 * @param words machines whose path has one of them are judged; none = all
 * @returns the exit code: 1 where too few mutants were noticed
 */
export async function main(words: readonly string[]): Promise<number> {
	const files = exampleMachines().filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
	const judged = [];
	for (const file of files) {
		const start = performance.now();
		const one = await judgeMutants(file, { explore: exploredScenarios });
		judged.push(one);
		const seconds = ((performance.now() - start) / 1000).toFixed(1);
		process.stderr.write(`${file}: ${one.judgements.length} mutants in ${seconds} s\n`);
	}
	process.stdout.write(mutationReport(judged));
	return score(judged) >= leastScore ? 0 : 1;
}
