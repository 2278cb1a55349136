/**
 * The registry of every diagnostic. FS1xxx documents, FS2xxx schema, FS3xxx references, FS4xxx states and flow,
 * FS5xxx templates and conditions, FS6xxx versions and portability. A code is never reused for something else.
 */
import type { Severity } from "./diagnostic.ts";

/** What is known about a code before any document has been seen. */
export interface DiagnosticCode {
	readonly severity: Severity;
	/** A short name of the problem. */
	readonly title: string;
	/** YAML that has the problem. */
	readonly example: string;
	/** What to do about it. */
	readonly cure: string;
}

const error = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "error", title, example, cure });
const warning = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "warning", title, example, cure });

export const diagnosticCodes = Object.freeze({
	// Documents
	FS1001: error("Syntax error", "states: [a, b", "Close the bracket or quote, or mend the indentation."),
	FS1002: error("Key given twice", "a: 1\na: 2", "Keep one of the two; the earlier would be lost."),
	FS1003: error("More than one document", "a: 1\n---\nb: 2", "Put each document into a file of its own."),
	FS1004: error("Document too large", "(a file of many megabytes)", "Split the document, or reference its parts."),
	FS1005: error("Document nested too deeply", "a: [[[[[…]]]]]", "Flatten the value."),
	FS1006: error("Aliases expand too far", "b: [*a, *a, *a, …]", "Use fewer aliases; they are expanded when read."),
	FS1007: error("Key is not a scalar", "{{ context.x }}: 1", "Quote the text: a template must be a quoted string."),
	FS1008: warning("Key is not text", "1: one", 'Quote the key: `"1": one`.'),
	FS1009: error("Key is not allowed", "__proto__: {}", "Choose another name."),
	FS1010: error("Unknown alias", "a: *nowhere", "Define the anchor (`&name`) before the alias, and outside of itself."),
	FS1011: error("Tag is not supported", "a: !!python/name:os.system x", "Remove the tag."),
	FS1012: warning(
		"Plain text that YAML 1.1 reads in its own way",
		"mode: 0755",
		"Quote the text, or write a plain number.",
	),
	FS1013: warning("Number cannot be kept exactly", "id: 12345678901234567890", "Quote it, if it is an identifier."),
	FS1014: error("Merge of something that is no map", "<<: 5", "Merge a map, an alias of a map, or a list of those."),
	FS1015: error("Value is not plain data", "{ config: { data: circular } }", "Give only what JSON can hold."),
	FS1016: error("Document is not a map", "- a\n- b", "Start with `spec:`, `spec_version:` and `data:`."),
	FS1017: warning("More problems than are shown", "(a file that is not YAML)", "Mend the first ones and try again."),

	// Schema
	FS2001: error(
		"Kind of document not known",
		"data: {}",
		"Add `spec: flatmachine` (or flatagent, prompt, flatprofile).",
	),
	FS2002: error("Value of the wrong type", "agent: [writer]", "Give a value of the type that the message names."),
	FS2003: error("Key is missing", "transitions: [{ condition: context.done }]", "Add the key."),
	FS2004: error("Value is not one of the choices", "type: finl", "Use one of the values that the message lists."),
	FS2005: error("Number out of range", "timeout: -1", "Use a number in the range that the message names."),
	FS2006: error(
		"Text of the wrong form",
		"tool_loop: { max_turns: many }",
		"Write the text in the form that the message names.",
	),
	FS2007: error("Too few entries", "enum: []", "Add an entry, or remove the key."),
	FS2008: error("Key is misspelt", "agnet: writer", "Write the key as suggested; a misspelt one does nothing."),
	FS2009: warning("Key is not known", "colour: red", "Remove it, or begin its name with `x-` to keep it as a note."),
	FS2010: warning("Key without a value", "agent:", "Give a value, or remove the key."),

	// References
	FS3001: error("File does not exist", "agents: { writer: ./nowhere.yml }", "Create the file or mend the path."),
	FS3002: warning(
		"File does not exist, `on_error` takes it",
		"agents: { broken: ./nowhere.yml }",
		"Create the file, unless the error is meant: it becomes a FileNotFoundError of the state.",
	),
	FS3003: error(
		"Path leaves its root",
		"agents: { writer: ../../secret.yml }",
		"Keep referenced files inside the root.",
	),
	FS3004: error("File cannot be read", "agents: { writer: ./folder }", "Check that it is a readable UTF-8 text file."),
	FS3005: error(
		"File is of another kind",
		"agents: { writer: ./machine.yml }",
		"Reference a file of the right `spec`.",
	),
	FS3006: error(
		"Reference has the wrong shape",
		"agents: { writer: 5 }",
		"Give a path, an inline document or `{type, ref}`.",
	),
	FS3007: error("Unknown profile", "model: cheep", "Name a profile of the catalog, or add it there."),
	FS3008: warning("Profile cannot be found", "model: cheap", "Add a `profiles.yml`, or give the model inline."),
	FS3009: error("Too many files", "(a set of thousands of machines)", "Split the set."),
	FS3101: error("Unknown agent", "agent: wrtier", "Name an agent of `data.agents`, or a file."),
	FS3102: error("Unknown machine", "machine: chidl", "Name a machine of `data.machines`, or a file."),
	FS3103: error("Unknown hooks", "hooks: loging", "Register the hooks under this name, or mend it."),
	FS3104: warning("Agent is not used", "agents: { spare: ./spare.yml }", "Use it in a state, or remove it."),
	FS3105: warning("Machine is not used", "machines: { spare: ./spare.yml }", "Use it in a state, or remove it."),
	FS3106: warning(
		"Machines call each other without end",
		"machines: { self: ./machine.yml }",
		"Make the call depend on a condition.",
	),

	// States and flow
	FS4001: error(
		"Several initial states",
		"a: {type: initial}\nb: {type: initial}",
		"Keep `type: initial` on one state.",
	),
	FS4002: error("No states", "data: { states: {} }", "Add a state."),
	FS4101: error("Unknown target state", "transitions: [{ to: doen }]", "Name a state of `data.states`."),
	FS4102: error("Unknown state for errors", "on_error: rescu", "Name a state of `data.states`."),
	FS4103: warning(
		"No initial state",
		"states: { a: {} }",
		"Put `type: initial` on the state that the run starts with.",
	),
	FS4104: warning("State cannot be reached", "spare: { type: final }", "Add a transition to it, or remove it."),
	FS4105: warning(
		"No end can be reached",
		"a: { transitions: [{ to: a }] }",
		"Add a transition that leads to a final state.",
	),
	FS4106: warning(
		"Transition is never looked at",
		"transitions: [{ to: a }, { to: b }]",
		"Put the transition without a condition last.",
	),
	FS4107: warning(
		"State without a way out",
		"work: { agent: writer }",
		"Add `transitions`, or `type: final` if the run ends here.",
	),
	FS4108: error(
		"Name is not possible for a state",
		'"a.b": {}',
		"Choose another name; letters, digits, `_` and `-` always work.",
	),
	FS4109: warning(
		"`context.machine` is reserved",
		"context: { machine: 1 }",
		"Use another key; the runtime overwrites this one.",
	),
	FS4110: warning("Key has no effect here", "execution: { type: retry }", "Remove the key, or add what it belongs to."),
	FS4111: error("`foreach` over a text", "foreach: items", "Give a path to a list, such as `context.items`."),
	FS4112: error("`foreach` without a machine", "foreach: context.items", "Add `machine:`; it runs once per element."),
	FS4113: warning(
		"Persistence backend not known",
		"persistence: { backend: sqlit }",
		"Use `memory`, `local` or `sqlite`.",
	),
	FS4114: warning(
		"Key is kept and not acted upon",
		"key_results: [{ name: long }]",
		"Do not rely on it with this release.",
	),

	// Templates and conditions
	FS5001: error("Template syntax error", '"{{ context.x "', "Close the braces, or mend the expression."),
	FS5002: error("Condition syntax error", "condition: context.x ==", "Complete the expression."),
	FS5003: warning("Condition is `false`", "condition: false", "Remove the transition: it is never taken."),
	FS5004: warning("Condition is `true`", "condition: true", "Leave the condition out: the transition is always taken."),
	FS5005: warning(
		"Condition never changes",
		"condition: \"'a' == 'b'\"",
		"Use a variable: `context.…`, `input.…`, `output.…`.",
	),
	FS5101: warning(
		"Nothing sets this context key",
		"condition: context.scroe > 1",
		"Declare it in `data.context`, or mend its name.",
	),
	FS5102: warning(
		"The agent has no such output",
		"result: output.reslut",
		"Use a field of the agent's `output`, or add it there.",
	),
	FS5103: warning(
		"Context does not exist yet",
		"context: { a: context.b }",
		"Use `input`; the context is only being made.",
	),
	FS5104: error(
		"Text compared with something else",
		'score: "{{ output.score }}"',
		"Store it with a bare path: `score: output.score`.",
	),
	FS5105: warning(
		"Perhaps text compared with something else",
		"(the same, where another writer keeps the type)",
		"Store it with a bare path everywhere.",
	),
	FS5106: error(
		"Text tested for truth",
		'done: "{{ output.done }}"',
		"Store it with a bare path: the text `False` is true.",
	),
	FS5107: warning(
		"Perhaps text tested for truth",
		"(the same, where the type is not known)",
		"Store it with a bare path: the text `False` is true.",
	),
	FS5108: warning(
		"Numbers compared as texts",
		'score: "{{ output.score }}"',
		"Store both with bare paths: as texts, `9` is more than `10`.",
	),
	FS5109: warning(
		"Prompt asks for what the state does not give",
		"user: Write about {{ input.topic }}",
		"Add the key to the state's `input`.",
	),

	// Versions and portability
	FS6001: warning(
		"Version is newer than this release knows",
		'spec_version: "9.0.0"',
		"Update, or write the version used.",
	),
	FS6002: warning("Version cannot be read", "spec_version: latest", 'Write it as `"4.2.1"`.'),
	FS6003: warning(
		"Version is older than 0.4",
		'spec_version: "0.2.0"',
		"Check the result: only 0.4 and above are known.",
	),
	FS6101: warning(
		"Key of flatstate's own",
		"template_engine: liquid",
		"Leave it out, if the file must run elsewhere too.",
	),
	FS6102: warning(
		"Behaves differently on the reference",
		"condition: input.x == 1",
		"Write it as the message says, if the file must run elsewhere too.",
	),
} satisfies Record<`FS${number}`, DiagnosticCode>);

/** A code of the registry. */
export type Code = keyof typeof diagnosticCodes;
