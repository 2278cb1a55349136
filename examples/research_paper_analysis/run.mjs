import { readFile } from "node:fs/promises";
import { FlatMachine } from "flatstate";

export const summary = "a paper is read section by section in parallel, refereed from three sides, and reported on";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/analysis.yml`, model });
	const paper = await readFile(`${import.meta.dirname}/paper.txt`, "utf8");
	const { report, ...rest } = await machine.execute({ paper }, { onEvent });
	// In lines, so that it can be read on a terminal.
	return { ...rest, report: report?.split("\n") };
}
