/** Diagnostics FS4xxx: what states do, and where they lead. */
import { error, warning, yaml } from "./diagnostic-code.ts";

export const flowCodes = {
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
		"Use `memory`, `local`, `sqlite`, `redis` or `postgres`, or give the store's address when you run the machine.",
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
	FS4116: warning(
		"Output is no map",
		yaml(
			"context: { list: [1, 2] }",
			"states:",
			"  start: { type: initial, transitions: [{ to: done }] }",
			"  done: { type: final, output: context.list }",
		),
		"Write a map of named outputs; as it stands the value itself is the run's output, which the reference refuses.",
	),
};
