/** Schema of machine documents: the wrapper, `data`, settings, persistence, hook references (spec sections 1, 2, 13). */
import {
	choice,
	closedMap,
	hasKey,
	IS_MAP,
	type JsonSchema,
	METADATA,
	namedMap,
	openMap,
	ref,
	SCHEMA_ADDRESS,
	SPEC_VERSION,
	text,
	texts,
	when,
} from "./json-schema.ts";

const PERSISTENCE: JsonSchema = openMap("Where checkpoints are kept. Missing = in memory.", {
	enabled: { type: "boolean", description: "false = keep them in memory only, without a lock.", default: true },
	backend: text(
		"`memory`, `local` (files), or `sqlite` (2.2 and above; before that any name). flatstate's own: `redis`, `postgres`.",
		"the name of a backend",
		{
			examples: ["memory", "local", "sqlite", "redis", "postgres"],
		},
	),
	db_path: text("sqlite: the file, relative to the working directory.", "a path", { default: "flatmachines.sqlite" }),
	checkpoint_on: texts("Events that are checkpointed. Missing = what is needed to resume.", "the name of an event", {
		examples: [["machine_start", "state_enter", "execute", "state_exit", "machine_end", "waiting", "tool_call"]],
	}),
});

const positive = (description: string, more: JsonSchema = {}): JsonSchema => ({
	type: ["integer", "null"],
	description,
	minimum: 1,
	...more,
});

const SETTINGS: JsonSchema = openMap("Settings of the run; other keys are handed to the agent adapters.", {
	max_steps: positive("Most states entered in the life of a run; then it stops and can be resumed.", { default: 1000 }),
	max_depth: {
		type: ["integer", "null"],
		description: "Deepest nesting of child machines (4.2 and above).",
		minimum: 0,
		default: 100,
	},
	max_agent_calls: {
		type: ["integer", "null"],
		description: "Most agent calls of a run. A key of flatstate's own.",
		minimum: 0,
	},
	max_cost: { type: ["number", "null"], description: "Most dollars of a run. A key of flatstate's own.", minimum: 0 },
	max_tokens: { type: ["integer", "null"], description: "Most tokens of a run. A key of flatstate's own.", minimum: 0 },
	validator: text(
		"Agent that judges `key_results` without a `check`. A key of flatstate's own.",
		"the name of an agent",
	),
	history: {
		type: "boolean",
		description: "Append each finished state to `context.history`. A key of flatstate's own.",
		default: false,
	},
	objective: text("What the whole run is to achieve. A key of flatstate's own."),
	parallel_fallback: choice("Accepted and ignored, as in the reference.", ["sequential", "error"]),
	agent_runners: openMap("Settings of agent adapters, by adapter."),
});

export const MACHINE_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
	machine: closedMap(
		"A workflow of agents as a state machine.",
		{
			$schema: SCHEMA_ADDRESS,
			spec: { const: "flatmachine", description: "Kind of document: always `flatmachine`." },
			spec_version: SPEC_VERSION,
			data: ref("machineData"),
			metadata: METADATA,
		},
		{ required: ["spec", "data"] },
	),
	machineData: closedMap(
		"The machine.",
		{
			name: text("Name shown in logs and snapshots.", "a name", { default: "unnamed-machine" }),
			expression_engine: choice("Language of the conditions: `simple` (Python-like) or `cel`.", ["simple", "cel"], {
				default: "simple",
			}),
			template_engine: choice("Language of the templates. A key of flatstate's own.", ["jinja", "liquid"], {
				default: "jinja",
			}),
			context: openMap(
				"Data of the run at its start; texts are templates that see `input`. Only keys declared here take over input. " +
					"`machine` is reserved for the runtime (2.1 and above).",
			),
			agents: namedMap("Agents by name.", ref("agentRef")),
			machines: namedMap("Child machines by name.", ref("machineRef")),
			states: namedMap("States by name, in the order that people read them.", ref("state"), {
				minProperties: 1,
				"x-entry": "state",
			}),
			settings: SETTINGS,
			persistence: PERSISTENCE,
			lifecycle_hooks: ref("hooks", "Hooks around the whole run (3.0 and above)."),
			hooks: ref(
				"legacyHooks",
				"Hooks for the run and every state (before 3.0; now `lifecycle_hooks` and `hooks` of a state).",
			),
			profiles: {
				type: ["string", "object"],
				description:
					"Profile catalog for all agents: a file, or the catalog in place. Missing = `profiles.yml` beside the machine.",
				"x-meaning": "a file, or a catalog",
			},
			metadata: METADATA,
		},
		{ required: ["states"], "x-strict-keys": true },
	),
	machineRef: {
		type: ["string", "object"],
		description: "A file, a machine in place, `{path}` or `{inline}`.",
		"x-meaning": "a file, or a machine",
		...when(
			hasKey("path"),
			closedMap("A machine in another file.", { path: text("The file, relative to this one.", "a path") }),
			when(
				hasKey("inline"),
				closedMap("A machine in place.", { inline: ref("machine") }),
				when(IS_MAP, ref("machine")),
			),
		),
	},
	hooks: {
		type: ["string", "object", "array"],
		description: "Registered hooks: a name, `{name, args}`, or a list of these.",
		"x-meaning": "the name of registered hooks",
		...hookRefShape(["name"]),
		items: { type: ["string", "object"], "x-meaning": "the name of registered hooks", ...hookRefShape(["name"]) },
	},
	legacyHooks: {
		type: ["string", "object", "array"],
		description: "Registered hooks, or `{file, class, args}` for a JavaScript or TypeScript module (1.x).",
		"x-meaning": "the name of registered hooks",
		...hookRefShape(),
		items: { type: ["string", "object"], "x-meaning": "the name of registered hooks", ...hookRefShape() },
	},
};

/** The keys of a reference to hooks, wherever it stands. */
function hookRefShape(required: readonly string[] = []): JsonSchema {
	const legacy: Readonly<Record<string, JsonSchema>> = {
		file: text("JavaScript or TypeScript module, relative to this file (1.x).", "a path"),
		module: text("Module by its import name (1.x).", "a module"),
		class: text("Class in the module (1.x).", "the name of a class"),
	};
	return {
		properties: {
			name: text("Name they are registered under.", "the name of registered hooks"),
			args: { type: ["object", "null"], description: "Passed to the factory of the hooks." },
			...(required.length === 0 ? legacy : {}),
		},
		patternProperties: { "^x-": {} },
		additionalProperties: false,
		...(required.length === 0 ? {} : { required }),
	};
}
