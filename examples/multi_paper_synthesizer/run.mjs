import { readdir, readFile } from "node:fs/promises";
import { FlatMachine } from "flatstate";
import hooks from "./hooks.mjs";

export const summary =
	"several papers become one text, rewritten until a reviewer finds it good and held by its sources";

export async function run({ model, onEvent }) {
	const machine = new FlatMachine({ file: `${import.meta.dirname}/config/synthesis.yml`, hooks, model });
	const question = "What should a town do first if it wants its hedgehogs back?";
	return machine.execute({ question, papers: await readPapers() }, { onEvent });
}

/** The papers beside this file, each under the name of its file. */
async function readPapers() {
	const folder = `${import.meta.dirname}/papers`;
	const files = (await readdir(folder)).sort();
	return Promise.all(
		files.map(async (file) => ({ key: file.replace(".txt", ""), text: await readFile(`${folder}/${file}`, "utf8") })),
	);
}
