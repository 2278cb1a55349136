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
	/** YAML that has the problem: part of a machine's `data`, or a whole document; in brackets where words say more. */
	readonly example: string;
	/** What to do about it. */
	readonly cure: string;
}

const error = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "error", title, example, cure });
const warning = (title: string, example: string, cure: string): DiagnosticCode =>
	Object.freeze({ severity: "warning", title, example, cure });

/** The lines of an example: part of a machine's `data`, or a whole document. */
const yaml = (...lines: readonly string[]): string => lines.join("\n");

export const diagnosticCodes = Object.freeze({
	// Documents
	FS1001: error("Syntax error", "states: [a, b", "Close the bracket or quote, or mend the indentation."),
	FS1002: error("Key given twice", "a: 1\na: 2", "Keep one of the two; the earlier would be lost."),
	FS1003: error("More than one document", "a: 1\n---\nb: 2", "Put each document into a file of its own."),
	FS1004: error("Document too large", "(a file of more than 8 MB)", "Split the document, or reference its parts."),
	FS1005: error(
		"Document nested too deeply",
		"(lists within lists within lists, more than 100 deep)",
		"Flatten the value.",
	),
	FS1006: error(
		"Aliases expand too far",
		"(an alias of a list of ten aliases, of lists of ten aliases, and so on)",
		"Use fewer aliases; they are expanded when read.",
	),
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
	FS1015: error(
		"Value is not plain data",
		"(an object given in code that holds a function, a date, or itself)",
		"Give only what JSON can hold.",
	),
	FS1016: error("Document is not a map", "- a\n- b", "Start with `spec:`, `spec_version:` and `data:`."),
	FS1017: warning(
		"More problems than are shown",
		"(a file that is not YAML at all)",
		"Mend the first ones and try again.",
	),

	// Schema
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

	// References
	FS3001: error(
		"File does not exist",
		yaml(
			"agents: { writer: ./nowhere.yml }",
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Create the file or mend the path.",
	),
	FS3002: warning(
		"File does not exist, `on_error` takes it",
		yaml(
			"agents: { broken: ./nowhere.yml }",
			"states:",
			"  start: { type: initial, agent: broken, on_error: sorry, transitions: [{ to: done }] }",
			"  sorry: { type: final }",
			"  done: { type: final }",
		),
		"Create the file, unless the error is meant: it becomes a FileNotFoundError of the state.",
	),
	FS3003: error(
		"Path leaves its root",
		"agents: { writer: ../../secret.yml }",
		"Keep referenced files inside the root.",
	),
	FS3004: error(
		"File cannot be read",
		"(a reference to a folder, or to a file that is not UTF-8 text)",
		"Check that it is a readable UTF-8 text file.",
	),
	FS3005: error(
		"File is of another kind",
		yaml(
			"agents: { writer: ./child.yml } # a machine",
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Reference a file of the right `spec`.",
	),
	FS3006: error(
		"Reference has the wrong shape",
		yaml(
			"agents: { writer: 5 }",
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Give a path, an inline document or `{type, ref}`.",
	),
	FS3007: error(
		"Unknown profile",
		yaml(
			"profiles:",
			"  spec: flatprofile",
			"  data: { model_profiles: { cheap: { provider: openai, name: gpt-5-mini } } }",
			"agents:",
			"  poet: { spec: flatagent, data: { model: cheep, user: Write a poem. } }",
			"states:",
			"  start:",
			"    type: initial",
			"    agent: poet",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Name a profile of the catalog, or add it there.",
	),
	FS3008: warning(
		"Profile cannot be found",
		yaml(
			"profiles:",
			"  spec: flatprofile",
			"  data: { default: small, model_profiles: { small: { provider: openai, name: gpt-5-mini } } }",
			"agents:",
			"  poet: { spec: flatagent, data: { model: cheap, user: Write a poem. } } # runs with `small`",
			"states:",
			"  start:",
			"    type: initial",
			"    agent: poet",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Add a `profiles.yml`, or give the model inline.",
	),
	FS3009: error(
		"Too many files",
		"(a machine that calls machines that call machines, thousands of files in all)",
		"Split the set.",
	),
	FS3101: error(
		"Unknown agent",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: wrtier",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Name an agent of `data.agents`, or a file.",
	),
	FS3102: error(
		"Unknown machine",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    machine: chidl",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Name a machine of `data.machines`, or a file.",
	),
	FS3103: error(
		"Unknown hooks",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    hooks: loging",
			"    action: count",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Register the hooks under this name, or mend it.",
	),
	FS3104: warning(
		"Agent is not used",
		yaml(
			"agents: { spare: ./writer.yml }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Use it in a state, or remove it.",
	),
	FS3105: warning(
		"Machine is not used",
		yaml(
			"machines: { spare: ./child.yml }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Use it in a state, or remove it.",
	),
	FS3106: warning(
		"Machines call each other without end",
		yaml(
			"machines: { self: ./machine.yml } # this file",
			"states:",
			"  start:",
			"    type: initial",
			"    machine: self",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Make the call depend on a condition.",
	),

	// States and flow
	FS4001: error(
		"Several initial states",
		yaml(
			"states:",
			"  one: { type: initial, transitions: [{ to: done }] }",
			"  two: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Keep `type: initial` on one state.",
	),
	FS4002: error("No states", "states: {}", "Add a state."),
	FS4101: error(
		"Unknown target state",
		yaml("states:", "  start: { type: initial, transitions: [{ to: doen }] }", "  done: { type: final }"),
		"Name a state of `data.states`.",
	),
	FS4102: error(
		"Unknown state for errors",
		yaml(
			"states:",
			"  start: { type: initial, agent: writer, on_error: rescu, transitions: [{ to: rescue }] }",
			"  rescue: { type: final }",
		),
		"Name a state of `data.states`.",
	),
	FS4103: warning(
		"No initial state",
		yaml("states:", "  begin: { transitions: [{ to: done }] }", "  done: { type: final }"),
		"Put `type: initial` on the state that the run starts with.",
	),
	FS4104: warning(
		"State cannot be reached",
		yaml(
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
			"  spare: { type: final }",
		),
		"Add a transition to it, or remove it.",
	),
	FS4105: warning(
		"No end can be reached",
		yaml("states:", "  start: { type: initial, transitions: [{ to: start }] }"),
		"Add a transition that leads to a final state.",
	),
	FS4106: warning(
		"Transition is never looked at",
		yaml(
			"states:",
			"  start: { type: initial, transitions: [{ to: done }, { to: start }] }",
			"  done: { type: final }",
		),
		"Put the transition without a condition last.",
	),
	FS4107: warning(
		"State without a way out",
		yaml("states:", "  start: { type: initial, agent: writer, input: { topic: rain } }"),
		"Add `transitions`, or `type: final` if the run ends here.",
	),
	FS4108: error(
		"Name is not possible for a state",
		yaml("states:", "  start: { type: initial, transitions: [{ to: a.b }] }", "  a.b: { type: final }"),
		"Choose another name; letters, digits, `_` and `-` always work.",
	),
	FS4109: warning(
		"`context.machine` is reserved",
		yaml(
			"context: { machine: 1 }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Use another key; the runtime overwrites this one.",
	),
	FS4110: warning(
		"Key has no effect here",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    execution: { type: retry } # without an agent",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Remove the key, or add what it belongs to.",
	),
	FS4111: error(
		"`foreach` over a text",
		yaml(
			"context: { rows: input.rows }",
			"states:",
			"  start:",
			"    type: initial",
			"    foreach: rows",
			"    machine: child",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Give a path to a list, such as `context.items`.",
	),
	FS4112: error(
		"`foreach` without a machine",
		yaml(
			"context: { rows: input.rows }",
			"states:",
			"  start:",
			"    type: initial",
			"    foreach: context.rows",
			"    agent: writer",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Add `machine:`; it runs once per element.",
	),
	FS4113: warning(
		"Persistence backend not known",
		yaml(
			"persistence: { enabled: true, backend: sqlit }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Use `memory`, `local` or `sqlite`.",
	),
	FS4114: warning(
		"Key is kept and not acted upon",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			"    input: { topic: rain }",
			"    key_results: [{ name: long }]",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Do not rely on it with this release.",
	),

	// Templates and conditions
	FS5001: error(
		"Template syntax error",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer",
			'    input: { topic: "{{ input.topic" }',
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Close the braces, or mend the expression.",
	),
	FS5002: error(
		"Condition syntax error",
		yaml(
			"context: { n: 1 }",
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: context.n ==, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Complete the expression.",
	),
	FS5003: warning(
		"Condition is `false`",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: false, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Remove the transition: it is never taken.",
	),
	FS5004: warning(
		"Condition is `true`",
		yaml(
			"states:",
			"  start: { type: initial, transitions: [{ condition: true, to: done }] }",
			"  done: { type: final }",
		),
		"Leave the condition out: the transition is always taken.",
	),
	FS5005: warning(
		"Condition never changes",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: \"'a' == 'b'\", to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Use a variable: `context.…`, `input.…`, `output.…`.",
	),
	FS5101: warning(
		"Nothing sets this context key",
		yaml(
			"context: { score: 1 }",
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: context.scroe > 1, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Declare it in `data.context`, or mend its name.",
	),
	FS5102: warning(
		"The agent has no such output",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: judge",
			'    input: { text: "" }',
			"    output_to_context: { score: output.scroe }",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
		"Use a field of the agent's `output`, or add it there.",
	),
	FS5103: warning(
		"Context does not exist yet",
		yaml(
			"context: { topic: input.topic, title: context.topic }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final }",
		),
		"Use `input`; the context is only being made.",
	),
	FS5104: error(
		"Text compared with something else",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: judge",
			'    output_to_context: { score: "{{ output.score }}" } # a text',
			"    transitions: [{ condition: context.score >= 8, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Store it with a bare path: `score: output.score`.",
	),
	FS5105: warning(
		"Perhaps text compared with something else",
		yaml(
			"context: { score: 0 } # a number at first",
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: context.score >= 8, to: done }, { to: judge }]",
			"  judge:",
			"    agent: judge",
			'    output_to_context: { score: "{{ output.score }}" } # then a text',
			"    transitions: [{ to: start }]",
			"  done: { type: final }",
		),
		"Store it with a bare path everywhere.",
	),
	FS5106: error(
		"Text tested for truth",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: judge",
			'    output_to_context: { good: "{{ output.good }}" } # `True` or `False`',
			"    transitions: [{ condition: context.good, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Store it with a bare path: the text `False` is true.",
	),
	FS5107: warning(
		"Perhaps text tested for truth",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: judge",
			'    output_to_context: { flag: "{{ input.flag }}" } # perhaps `False`',
			"    transitions: [{ condition: context.flag, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Store it with a bare path: the text `False` is true.",
	),
	FS5108: warning(
		"Numbers compared as texts",
		yaml(
			'context: { target: "{{ input.target }}" }',
			"states:",
			"  start:",
			"    type: initial",
			"    agent: judge",
			'    output_to_context: { score: "{{ output.score }}" }',
			"    transitions: [{ condition: context.score >= context.target, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Store both with bare paths: as texts, `9` is more than `10`.",
	),
	FS5109: warning(
		"Prompt asks for what the state does not give",
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    agent: writer # its prompt has {{ input.topic }}",
			"    input: { topik: rain }",
			"    transitions: [{ to: done }]",
			"  done: { type: final }",
		),
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
		yaml(
			"states:",
			"  start:",
			"    type: initial",
			"    transitions: [{ condition: input.x == 1, to: done }, { to: start }]",
			"  done: { type: final }",
		),
		"Write it as the message says, if the file must run elsewhere too.",
	),
} satisfies Record<`FS${number}`, DiagnosticCode>);

/** A code of the registry. */
export type Code = keyof typeof diagnosticCodes;
