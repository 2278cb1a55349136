/** Diagnostics FS2xxx: keys and values that a document of its kind does not have. */
import { error, warning, yaml } from "./diagnostic-code.ts";

export const schemaCodes = {
	FS2001: error(
		"Kind of document not known",
		"data: {}",
		"Add `spec: flatmachine` (or flatagent, prompt, flatprofile).",
	),
	FS2002: error(
		"Value of the wrong type",
		yaml(
			"states:",
			"  start: { type: initial, agent: [writer], transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Give a value of the type that the message names.",
	),
	FS2003: error(
		"Key is missing",
		yaml(
			"context: { done: false }",
			"states:",
			"  start: { type: initial, transitions: [{ condition: context.done }, { to: done }] }",
			"  done: { type: final }",
		),
		"Add the key.",
	),
	FS2004: error(
		"Value is not one of the choices",
		yaml("states:", "  start: { type: initial, transitions: [{ to: done }] }", "  done: { type: finl }"),
		"Use one of the values that the message lists.",
	),
	FS2005: error(
		"Number out of range",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    input: { topic: rain }",
			"    timeout: -1",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Use a number in the range that the message names.",
	),
	FS2006: error(
		"Text of the wrong form",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    input: { topic: rain }",
			"    tool_loop: { max_turns: many }",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Write the text in the form that the message names.",
	),
	FS2007: error(
		"Too few entries",
		yaml(
			"agents:",
			"  sorter:",
			"    spec: flatagent",
			"    data:",
			"      model: { provider: openai, name: gpt-5-mini }",
			"      user: Sort it.",
			"      output: { topic: { type: str, enum: [] } }",
			"states:",
			"  start: { type: initial, agent: sorter, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Add an entry, or remove the key.",
	),
	FS2008: error(
		"Key is misspelt",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agnet: writer",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Write the key as suggested; a misspelt one does nothing.",
	),
	FS2009: warning(
		"Key is not known",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    colour: red",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Remove it, or begin its name with `x-` to keep it as a note.",
	),
	FS2010: warning(
		"Key without a value",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent:",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Give a value, or remove the key.",
	),
	FS2011: error(
		"Does not match the schema",
		"(a value that the schema refuses for a reason that no other code names; no such value is known)",
		"Hold the value against the schema of its kind, and please report it: it deserves a message of its own.",
	),
};
