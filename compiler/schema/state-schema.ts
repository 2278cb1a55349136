/** Schema of one state of a machine: what it does, what it stores, where it goes (spec sections 7 to 12). */
import { choice, closedMap, type JsonSchema, openMap, type Properties, ref, text, texts } from "./json-schema.ts";

const NUMBER_OR_TEMPLATE =
	"\\{\\{|\\{%|^\\s*(context|input)(\\.[A-Za-z_][A-Za-z0-9_]*)*\\s*$|^\\s*[+-]?[0-9][0-9_]*(\\.[0-9]*)?([eE][+-]?[0-9]+)?\\s*$";

/** A limit of the tool loop: a number, or a template or bare path that gives one. */
function limit(type: "integer" | "number", description: string): JsonSchema {
	return {
		type: [type, "string"],
		description: `${description} 0 = unlimited (before 4.0.1 the default was a limit). May be a template or a bare path.`,
		default: 0,
		minimum: 0,
		pattern: NUMBER_OR_TEMPLATE,
		"x-pattern-meaning": "a number, a `{{ }}` template, or a bare path such as `context.limit`",
		examples: [10, "{{ context.limit }}"],
	};
}

const TOOL_LOOP: Properties = {
	max_turns: limit("integer", "Most calls of the model in one visit."),
	max_tool_calls: limit("integer", "Most tool calls in one visit."),
	tool_timeout: limit("number", "Seconds for one tool call."),
	total_timeout: limit("number", "Seconds for the whole loop."),
	max_cost: { ...limit("number", "Most dollars for the whole loop."), type: ["number", "string", "null"] },
	allowed_tools: texts("Only these tools may be called; empty = all.", "the name of a tool", { default: [] }),
	denied_tools: texts("These tools are never called; wins over `allowed_tools`.", "the name of a tool", {
		default: [],
	}),
};

const KEY_RESULT: JsonSchema = closedMap(
	"One thing that must be true of the state's result.",
	{
		name: text("Name of the check.", "a name"),
		description: text("What must be true, in words; this is what a judging agent reads."),
		check: {
			type: ["string", "object"],
			description:
				"How it is checked: an expression, or `{action: hook}` for code. Without it the agent named by " +
				"`settings.validator` judges.",
			"x-meaning": "an expression, or `{action: …}`",
			properties: { action: text("Action of the state's hooks that decides.", "the name of an action") },
			additionalProperties: false,
			required: ["action"],
			patternProperties: { "^x-": {} },
		},
	},
	{ required: ["name"] },
);

const STATE_KEYS: Properties = {
	type: choice("`initial` = the run starts here (one state only); `final` = the run ends here.", ["initial", "final"]),
	agent: text("Agent to call: a name of `data.agents`, or a file.", "the name of an agent"),
	machine: {
		type: ["string", "array"],
		description:
			"Machine to run and wait for: a name of `data.machines`, or a file. A list runs all of them at once; entries " +
			"may be `{name, input}` (2.7 and above).",
		"x-meaning": "the name of a machine",
		items: {
			type: ["string", "object"],
			"x-meaning": "the name of a machine, or `{name, input}`",
			properties: {
				name: text("Machine to run.", "the name of a machine"),
				input: openMap("Its input, laid over the state's own `input`."),
			},
			patternProperties: { "^x-": {} },
			additionalProperties: false,
			required: ["name"],
		},
	},
	foreach: {
		type: ["string", "array"],
		description: "List to run `machine` for, once per element: a bare path, a `{{ expression }}`, or a list.",
		"x-meaning": "a path to a list",
		examples: ["context.documents"],
	},
	as: text("Name of the element in the templates of `input` and `key`.", "a name", {
		default: "item",
		pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
		"x-pattern-meaning": "a name of letters, digits and `_`",
	}),
	key: text("With it the results become a map under this key of each element instead of a list.", "a template", {
		examples: ["{{ item.id }}"],
	}),
	max_concurrency: {
		type: ["integer", "null"],
		description: "Most children of `foreach` that run at the same time. A key of flatstate's own.",
		minimum: 1,
	},
	mode: choice("For several machines: `settled` waits for all, `any` for the first.", ["settled", "any"], {
		default: "settled",
	}),
	timeout: {
		type: ["number", "null"],
		description:
			"Seconds for the agent, the machines, or the wait. 0 or missing = no limit. Passing it is a `TimeoutError`.",
		minimum: 0,
	},
	launch: {
		type: ["string", "array"],
		description: "Machine (or list of machines) to start without waiting for it.",
		"x-meaning": "the name of a machine",
		items: { type: "string", "x-meaning": "the name of a machine" },
	},
	launch_input: openMap("Input of the launched machines; texts are templates."),
	action: text(
		"Action of the state's hooks, run first; its return value replaces the context.",
		"the name of an action",
	),
	hooks: ref("hooks", "Hooks of this state (3.0 and above): a name, `{name, args}`, or a list of these."),
	wait_for: text(
		"Channel of a signal to wait for (1.2 and above), a template. The state does nothing else; the signal's data is its output.",
		"the name of a channel",
		{ examples: ["approval/{{ context.ticket_id }}"] },
	),
	session_id: {
		type: ["string", "number", "null"],
		description: "Conversation to go on with, a template or a bare path (2.7 and above).",
		"x-meaning": "a template",
	},
	input: openMap("What the agent or machine gets; texts are templates, bare paths keep their type."),
	output: {
		type: ["object", "string"],
		description: "Only in a final state: what the run gives back; texts are templates.",
		"x-meaning": "a map of templates",
	},
	output_to_context: openMap(
		"What is stored after the work: context key → template. Later ones see earlier ones. A `{{ }}` template gives a " +
			"text; a bare path such as `output.score` keeps its type.",
	),
	transitions: {
		type: "array",
		description: "Where to go next: the first entry whose condition holds; one without a condition always holds.",
		items: ref("transition"),
	},
	on_error: {
		type: ["string", "object", "null"],
		description: "Where to go when the work fails: a state, or error name → state with `default` for the rest.",
		"x-meaning": "a state",
		additionalProperties: { type: ["string", "null"], "x-meaning": "a state" },
		examples: ["rescue", { RateLimitError: "wait", default: "rescue" }],
	},
	execution: ref("execution", "How the agent is called: once, with retries, several samples, or a vote."),
	tool_loop: {
		type: ["boolean", "object"],
		description: "Let the agent call tools until it is done (1.2 and above): `true`, or limits.",
		properties: TOOL_LOOP,
		patternProperties: { "^x-": {} },
		additionalProperties: false,
		"x-strict-keys": true,
		"x-synonyms": {
			allow: "allowed_tools",
			allowed: "allowed_tools",
			allow_tools: "allowed_tools",
			tools: "allowed_tools",
			deny: "denied_tools",
			denied: "denied_tools",
			deny_tools: "denied_tools",
			disallowed_tools: "denied_tools",
		},
	},
	sampling: choice("Accepted and ignored, as in the reference.", ["single", "multi"]),
	objective: text("What the state is to achieve, for people and for a judging agent. A key of flatstate's own."),
	key_results: {
		type: "array",
		description: "What must be true of the result; otherwise the state is tried again. A key of flatstate's own.",
		items: KEY_RESULT,
	},
	max_retries: {
		type: "integer",
		description: "Further attempts when a key result is not met; 0 = one attempt. A key of flatstate's own.",
		minimum: 0,
		default: 3,
	},
	tools: {
		type: "array",
		description:
			"The tools that this state offers, and no others; without `tool_loop` it means `tool_loop: true`. `pause` waits " +
			"for an answer from outside. A key of flatstate's own.",
		items: {
			type: ["string", "object"],
			"x-meaning": "the name of a tool, or `{name, pause}`",
			properties: {
				name: text("Name of the tool.", "the name of a tool"),
				pause: choice(
					"The execution parks, and the data of a signal is the tool's result. `wait`: a person answers; `break`: a program.",
					["wait", "break"],
				),
				description: text("What the tool does, for the model; then no provider has to define it."),
				parameters: openMap("JSON Schema of the arguments, an object."),
				channel: text("Channel of the signal, a template. Default: a channel of each call's own.", "a channel", {
					examples: ["approval/{{ context.ticket_id }}"],
				}),
				timeout: {
					type: ["number", "null"],
					description: "Seconds to wait for the answer. 0 or missing = no limit. Passing it is a `TimeoutError`.",
					minimum: 0,
				},
			},
			patternProperties: { "^x-": {} },
			additionalProperties: false,
			required: ["name"],
			"x-strict-keys": true,
		},
	},
};

export const STATE_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
	state: closedMap("One state.", STATE_KEYS, { "x-strict-keys": true }),
	transition: closedMap(
		"One way out of the state.",
		{
			condition: {
				type: ["string", "boolean", "null"],
				description:
					"Expression over `context`, `input` and `output`, without braces: `context.score >= 8 and not context.done`. " +
					"Missing or empty = always.",
				"x-meaning": "an expression",
				examples: ["context.score >= 8"],
			},
			to: text("State to go to.", "the name of a state"),
		},
		{
			required: ["to"],
			"x-strict-keys": true,
			"x-synonyms": {
				target: "to",
				next: "to",
				goto: "to",
				state: "to",
				when: "condition",
				if: "condition",
				guard: "condition",
				cond: "condition",
			},
		},
	),
	execution: closedMap(
		"How the agent is called.",
		{
			type: choice(
				"`default` = one call; `retry` = again after errors; `parallel` = several samples; `mdap_voting` = vote.",
				["default", "retry", "parallel", "mdap_voting"],
				{ default: "default" },
			),
			backoffs: {
				type: "array",
				description: "retry: seconds to wait before each further attempt.",
				items: { type: "number", minimum: 0 },
				default: [2, 8, 16, 35],
			},
			jitter: { type: "number", description: "retry: random share of the wait, 0 to 1.", minimum: 0, default: 0.1 },
			retry_on_empty: { type: "boolean", description: "retry: treat an empty answer as a failure.", default: false },
			n_samples: { type: "integer", description: "parallel: number of calls at once.", minimum: 1, default: 3 },
			k_margin: { type: "integer", description: "mdap_voting: votes that win.", minimum: 1, default: 3 },
			max_candidates: { type: "integer", description: "mdap_voting: most samples taken.", minimum: 1, default: 10 },
			max_response_tokens: {
				type: ["integer", "null"],
				description: "mdap_voting: longest answer accepted, in tokens.",
				minimum: 1,
			},
		},
		{ "x-strict-keys": true },
	),
};
