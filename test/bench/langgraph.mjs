/** The same shapes on LangGraph.js, without a checkpointer: its fastest way to run. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { checkOutput } from "./check-output.mjs";

const require = createRequire(new URL("./.peers/package.json", import.meta.url));
const { Annotation, END, Send, START, StateGraph } = await import(
	pathToFileURL(require.resolve("@langchain/langgraph")).href
);

const State = Annotation.Root({ n: Annotation(), max: Annotation() });

const loopOf = (work) =>
	new StateGraph(State)
		.addNode("a", work)
		.addEdge(START, "a")
		.addConditionalEdges("a", ({ n, max }) => (n >= max ? END : "a"))
		.compile();

const count = ({ n }) => ({ n: n + 1 });
const graph = loopOf(count);
const asynchronous = loopOf(async (state) => count(state));

const loop = (compiled) => async (n) => {
	const { n: reached } = await compiled.invoke({ n: 0, max: n }, { recursionLimit: n + 10 });
	checkOutput(reached, n);
};

const FanOut = Annotation.Root({
	items: Annotation(),
	results: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }),
});
const fanOut = new StateGraph(FanOut)
	.addNode("start", () => ({}))
	.addNode("child", ({ item }) => ({ results: [{ item }] }))
	.addEdge(START, "start")
	.addConditionalEdges("start", ({ items }) => items.map((item) => new Send("child", { item })))
	.addEdge("child", END)
	.compile();

const foreach = async (n) => {
	const items = Array.from({ length: n }, (_, index) => index);
	const { results } = await fanOut.invoke({ items });
	checkOutput(results.length, n);
};

export const cases = {
	pure: loop(graph),
	hook: loop(asynchronous),
	agent: loop(asynchronous),
	foreach_1000: foreach,
	foreach_10000: foreach,
};
