/**
 * Runs the examples: `npm run example` lists them, `npm run example NAME` runs one.
 *
 * An example is a folder with a `run.mjs` that exports
 * - `summary`: a line for the list;
 * - `run({ model, store, onEvent, log })`: runs it and gives the result, which is printed as JSON.
 *   `model` is `provider/name`, for `FlatMachine`; `onEvent` prints a progress line for each event of a run; `log`
 *   prints a line of its own. `store` is the address given with `--store`, which the examples of launched machines and of
 *   sleepers take; else each uses a store of its own. Progress goes to standard error, the result to standard output.
 *   An error that `run` throws is printed; where it has an `exitCode`, the process ends with that, and else with 1.
 *
 * If the folder has a `model.yml` or `model.mjs`, this is the script of a mock model: an HTTP server in this process that
 * answers in place of a real model. With `--model PROVIDER/NAME` that model answers, with `--real` those that the
 * example's `profiles.yml` names.
 */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { distance } from "fastest-levenshtein";
import { loadScriptFile, startMockModel } from "flatstate/testing";
import { printProgress } from "./progress.mjs";

const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/run.mjs`));

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		model: { type: "string" },
		store: { type: "string" },
		real: { type: "boolean", default: false },
		quiet: { type: "boolean", default: false },
	},
});
const [name] = positionals;

if (name === undefined) {
	await listExamples();
} else if (names.includes(name)) {
	await runExample(name);
} else {
	const nearest = names.toSorted((a, b) => distance(name, a) - distance(name, b))[0];
	console.error(`There is no example "${name}". Did you mean "${nearest}"? All of them: ${names.join(", ")}.`);
	process.exitCode = 2;
}

async function listExamples() {
	const width = Math.max(...names.map(({ length }) => length));
	for (const name of names) {
		const { summary } = await import(`./${name}/run.mjs`);
		console.log(`${name.padEnd(width)}  ${summary}`);
	}
	console.log(
		"\nRun one with `npm run example NAME`, against a real model with `npm run example NAME -- --model openai/gpt-4.1-mini`.",
	);
}

async function runExample(name) {
	const example = await import(`./${name}/run.mjs`);
	const log = values.quiet ? () => {} : (line) => console.error(line);
	const mock = values.model === undefined && !values.real ? await startMock(name) : undefined;
	try {
		const model = values.model ?? mock?.model;
		log(`${name}: ${example.summary}`);
		if (model !== undefined)
			log(`model: ${model}${mock ? ` (answers from ${mock.script}; --model PROVIDER/NAME for a real one)` : ""}`);
		const result = await example.run({ model, store: values.store, onEvent: printProgress(log), log });
		console.log(toJson(result));
	} catch (error) {
		console.error(`${error.name}: ${error.message}`);
		process.exitCode = error.exitCode ?? 1;
	} finally {
		await mock?.close();
	}
}

/** Starts the mock model of an example, and tells the provider `mock` where it is. */
async function startMock(name) {
	const file = ["model.yml", "model.mjs"].map((base) => `${folder}/${name}/${base}`).find((path) => existsSync(path));
	if (file === undefined) return undefined;
	const server = await startMockModel({ script: await loadScriptFile(file) });
	process.env.MOCK_BASE_URL = server.url;
	return { model: "mock/scripted", script: file.slice(folder.length + 1), close: () => server.close() };
}

/** JSON with blanks, on one line where it is short. */
function toJson(value) {
	const text = JSON.stringify(value, null, 2);
	// Line breaks within strings are escaped, so these are all between values.
	const line = text
		.replace(/([{[])\n\s*/g, "$1")
		.replace(/\n\s*([}\]])/g, "$1")
		.replace(/\n\s*/g, " ");
	return line.length <= 100 ? line : text;
}
