/** Keys and templates in the `config` of agents of other frameworks. */
import { expect, it } from "vitest";
import { analyzeFiles, found, machine } from "./analyzed.ts";

const states = "  states:\n    s: {type: initial, agent: w, transitions: [{to: done}]}\n    done: {type: final}\n";

function problemsOf(agent: string, files: Record<string, string> = {}): string[] {
	const analysis = analyzeFiles({ "machine.yml": machine(`  agents: {w: ${agent}}\n${states}`), ...files });
	return analysis.diagnostics
		.filter(({ code }) => /^FS[25]/.test(code))
		.map(({ code, message, suggestion }) => `${code} ${message}; ${suggestion}`);
}

it("a misspelt key is an error, also in a hand-off that is written in place and in a file", () => {
	const message =
		"FS2008 `instuctions` is not a key that is known here, so it does nothing; did you mean `instructions`?";
	expect(problemsOf("{type: openai-agents, config: {instuctions: x}}")).toEqual([message]);
	expect(problemsOf("{type: openai-agents, config: {handoffs: [{name: a, instuctions: x}]}}")).toEqual([message]);
	expect(problemsOf("{type: openai-agents, ref: ./a.yml}", { "a.yml": "instuctions: x\n" })).toEqual([message]);
});

it("a key that is near none is a warning, and a note is none", () => {
	expect(problemsOf("{type: openai-agents, config: {colour: red, x-why: because}}")).toEqual([
		"FS2009 `colour` is not a key that is known here, so it does nothing; remove it, or begin its name with `x-` to keep it as a note",
	]);
});

it("what a module says has no place beside it", () => {
	const agent = "{type: openai-agents, ref: './a.mjs#b', config: {instructions: x, max_turns: 3}}";
	expect(problemsOf(agent, { "a.mjs": "" })).toEqual([
		"FS2008 `instructions` has no place beside `ref`: the module says it; remove it, or write it in the module",
	]);
});

it("a template that cannot be parsed is an error", () => {
	expect(problemsOf("{type: openai-agents, config: {instructions: '{{ input. }}'}}")).toEqual([
		expect.stringMatching(/^FS5001 /),
	]);
});

it("agents of types that the compiler does not know may have any keys", () => {
	expect(problemsOf("{type: my-own, config: {instuctions: x}}")).toEqual([]);
});

it("a module's export stands behind its file, which must be there", () => {
	const analysis = analyzeFiles({
		"machine.yml": machine(`  agents: {w: {type: openai-agents, ref: './gone.mjs#b'}}\n${states}`),
	});
	expect(found(analysis, ["FS3001"])).toHaveLength(1);
});

it("an agent that others hand over to is used, and one that is not there is an error", () => {
	const problems = (handoffs: string) => {
		const agents = `  agents:\n    w: {type: openai-agents, config: {handoffs: ${handoffs}}}\n    other: {type: openai-agents, config: {}}\n`;
		const analysis = analyzeFiles({ "machine.yml": machine(agents + states) });
		return analysis.diagnostics
			.filter(({ code }) => /^FS310/.test(code))
			.map(({ code, suggestion }) => [code, suggestion]);
	};
	expect(problems("[other]")).toEqual([]);
	expect(problems("[{name: x, handoffs: [other]}]")).toEqual([]);
	expect(problems("[othr]")).toEqual([["FS3101", "did you mean `other`?"]]);
	expect(problems("[]")).toEqual([["FS3104", undefined]]);
});
