/** Schema of prompt documents (`spec: prompt`, 4.0 and above) and of the parts they share with agents (spec section 19). */
import {
	choice,
	closedMap,
	hasKey,
	type JsonSchema,
	METADATA,
	namedMap,
	openMap,
	type Properties,
	ref,
	SCHEMA_ADDRESS,
	SPEC_VERSION,
	text,
	texts,
	when,
} from "./json-schema.ts";

/** The keys that a prompt and a legacy inline agent have in common. */
export const PROMPT_KEYS: Properties = {
	name: text("Name shown in logs and snapshots.", "a name"),
	system: text(
		"System prompt, a Jinja template. It sees `input`, `tools`, `tools_prompt` and `model`. Lists and maps print as " +
			"Python would print them. Default: You are a helpful assistant.",
		"the system prompt",
	),
	user: text(
		"User prompt, a Jinja template. It sees `input` (what the state passes), `tools`, `tools_prompt` and `model`.",
		"the user prompt",
		{ examples: ["Question: {{ input.question }}"] },
	),
	instruction_suffix: text(
		"Template that is put after the user prompt, behind a blank line, when it is not empty.",
		"a prompt text",
	),
	post_history_instructions: text(
		"Template that is put behind the last message of every call and never stored in the conversation; it also sees " +
			"`context` (4.1 and above).",
		"a prompt text",
	),
	output: ref("outputSchema", "Fields of the answer. With fields and without tools the model is asked for JSON."),
	mcp: ref("mcp", "Tools of Model Context Protocol servers."),
	tools: {
		type: "array",
		description: "Tools that the model may call, in the form of OpenAI functions.",
		items: ref("toolDefinition"),
	},
};

export const PROMPT_DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
	promptDocument: {
		description: "A prompt; it may stand without its wrapper.",
		...when(hasKey("user"), ref("barePrompt"), ref("prompt")),
	},
	promptData: closedMap("The prompt itself.", PROMPT_KEYS, { required: ["user"] }),
	barePrompt: closedMap(
		"A prompt without its wrapper.",
		{ $schema: SCHEMA_ADDRESS, ...PROMPT_KEYS },
		{ required: ["user"] },
	),
	prompt: closedMap(
		"A prompt document (4.0 and above).",
		{
			$schema: SCHEMA_ADDRESS,
			spec: { const: "prompt", description: "Kind of document: always `prompt`." },
			spec_version: SPEC_VERSION,
			data: ref("promptData"),
			metadata: METADATA,
		},
		{ required: ["spec", "data"] },
	),
	outputSchema: namedMap("Fields of the agent's answer: a name and its type each.", ref("outputField")),
	outputField: closedMap(
		"One field of the answer.",
		{
			type: choice("Type of the field.", ["str", "int", "float", "bool", "json", "list", "object"]),
			description: text("What the field holds; told to the model where the provider allows it."),
			enum: {
				type: "array",
				description: "The values that are allowed.",
				items: { type: ["string", "number", "boolean", "null"] },
				minItems: 1,
			},
			required: { type: "boolean", description: "Whether the field must be there.", default: true },
			items: ref("outputField", "What each element of a `list` is."),
			properties: ref("outputSchema", "The fields of an `object`."),
		},
		{ required: ["type"] },
	),
	mcp: closedMap(
		"Tools of Model Context Protocol servers.",
		{
			servers: namedMap("Servers by name.", ref("mcpServer")),
			tool_filter: closedMap("Which tools are offered; `server:tool`, or `server:*` for all of a server.", {
				allow: texts("Only these tools.", "`server:tool`"),
				deny: texts("Never these tools; wins over `allow`.", "`server:tool`"),
			}),
			tool_prompt: text("Template that lists the tools; its text is `tools_prompt` in the prompts.", "a prompt text"),
		},
		{ required: ["servers"] },
	),
	mcpServer: closedMap("How one server is reached: a `command` to start, or a `server_url`.", {
		command: text("Program to start.", "a command"),
		args: texts("Its arguments."),
		env: namedMap("Environment variables for it.", { type: "string" }),
		server_url: text("Address of a server that already runs.", "a URL"),
		headers: namedMap("HTTP headers to send.", { type: "string" }),
		timeout: { type: "number", description: "Seconds to wait for an answer.", exclusiveMinimum: 0 },
	}),
	toolDefinition: closedMap(
		"A tool as an OpenAI function definition.",
		{
			type: { const: "function", description: "Always `function`." },
			function: closedMap(
				"The function.",
				{
					name: text("Name that the model calls.", "a name"),
					description: text("What the tool does; the model decides by it."),
					parameters: openMap("JSON Schema of the arguments."),
					strict: { type: "boolean", description: "Ask the provider to keep exactly to `parameters`." },
				},
				{ required: ["name"] },
			),
		},
		{ required: ["type", "function"] },
	),
};
