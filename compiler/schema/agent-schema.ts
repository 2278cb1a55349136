/** Schema of agents: legacy inline, prompt + profile bundle, and the references a machine holds (spec sections 2, 19). */
import {
	closedMap,
	hasKey,
	IS_MAP,
	type JsonSchema,
	METADATA,
	openMap,
	ref,
	SCHEMA_ADDRESS,
	SPEC_VERSION,
	text,
	when,
} from "./json-schema.ts";
import { MODEL_KEYS } from "./profile-schema.ts";
import { PROMPT_KEYS } from "./prompt-schema.ts";

export const AGENT_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
	agent: closedMap(
		"One agent.",
		{
			$schema: SCHEMA_ADDRESS,
			spec: { const: "flatagent", description: "Kind of document: always `flatagent`." },
			spec_version: SPEC_VERSION,
			data: ref("agentData"),
			metadata: openMap("Free notes, and the settings of `mdap_voting`.", {
				description: text("What the agent is for, in a sentence."),
				mdap: openMap("Overrides of a state's `mdap_voting`.", {
					k_margin: { type: "integer", description: "Votes that win.", minimum: 1 },
					max_candidates: { type: "integer", description: "Most samples taken.", minimum: 1 },
					max_response_tokens: { type: "integer", description: "Longest answer accepted, in tokens.", minimum: 1 },
				}),
				parsing: openMap("Patterns that take fields out of the answer's text."),
				validation: openMap("JSON Schema that an answer must match."),
			}),
		},
		{ required: ["spec", "data"] },
	),
	agentData: closedMap(
		"Either `prompt` + `profile` (4.0 and above), or the keys of the older inline form (`model`, `system`, `user`).",
		{
			...PROMPT_KEYS,
			model: {
				type: ["string", "object"],
				description: "Older form: the name of a profile, `{profile, overrides…}`, or model settings in place.",
				"x-meaning": "the name of a profile, or model settings",
				properties: {
					...MODEL_KEYS,
					profile: text("Profile that the settings beside it are laid over.", "the name of a profile"),
				},
				additionalProperties: true,
			},
			prompt: {
				type: ["string", "object"],
				description: "A prompt file, or the prompt in place (4.0 and above); needs `profile` beside it.",
				"x-meaning": "a file, or a prompt",
				...when(hasKey("spec"), ref("prompt"), when(IS_MAP, ref("promptData"))),
			},
			profile: {
				type: ["string", "object"],
				description:
					"The name of a profile, or a `flatprofile` catalog in place (4.0 and above); needs `prompt` beside it.",
				"x-meaning": "the name of a profile, or a catalog",
				...when(IS_MAP, ref("profile")),
			},
		},
		{ dependencies: { prompt: ["profile"], profile: ["prompt"] } },
	),
	agentRef: {
		type: ["string", "object"],
		description: "A file, an agent in place, or `{type, ref, config}` for another agent framework (1.0 and above).",
		"x-meaning": "a file, or an agent",
		...when(hasKey("spec"), ref("agent"), when(IS_MAP, ref("typedAgentRef"))),
	},
	typedAgentRef: closedMap(
		"An agent of another framework.",
		{
			type: text("Adapter that runs it.", "the name of an adapter", {
				examples: ["flatagent", "claude-code", "codex-cli", "smolagents", "pi-agent"],
			}),
			ref: text("File or module of the agent.", "a reference"),
			config: openMap("Settings for the adapter; laid over the file's content."),
			metadata: METADATA,
		},
		{ required: ["type"] },
	),
};
