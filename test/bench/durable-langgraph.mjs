/** The same loop on LangGraph.js with its SQLite saver on a file. */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkOutput } from "./check-output.mjs";
import { coldAndWarm } from "./cold-and-warm.mjs";

const require = createRequire(new URL("./.peers/package.json", import.meta.url));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { Annotation, END, START, StateGraph } = await load("@langchain/langgraph");
const { SqliteSaver } = await load("@langchain/langgraph-checkpoint-sqlite");

const State = Annotation.Root({ n: Annotation(), max: Annotation() });
const folder = mkdtempSync(join(tmpdir(), "flatstate-bench-"));
const steps = Number(process.argv[3]);

const run = async (n, thread) => {
	const saver = SqliteSaver.fromConnString(join(folder, `${thread}.db`));
	const graph = new StateGraph(State)
		.addNode("a", async ({ n: before }) => ({ n: before + 1 }))
		.addEdge(START, "a")
		.addConditionalEdges("a", ({ n: reached, max }) => (reached >= max ? END : "a"))
		.compile({ checkpointer: saver });
	const start = performance.now();
	const config = { recursionLimit: n + 10, configurable: { thread_id: thread } };
	const { n: reached } = await graph.invoke({ n: 0, max: n }, config);
	checkOutput(reached, n);
	return ((performance.now() - start) * 1000) / n;
};

try {
	console.log(JSON.stringify(await coldAndWarm((round) => run(steps, `run-${round}`))));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
