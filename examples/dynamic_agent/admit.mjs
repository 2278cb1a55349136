/**
 * What a document that a model has written may be. `admit` is the only way from its text to an agent: the inspector asks it
 * before a person is asked, and the adapter asks it again at each call.
 *
 * 1. It is compiled in a file system that holds three files, so it can name no other, and read none.
 * 2. What the compiler understood of it must fit a schema that lists every key that is allowed. So it names no address, no
 *    key, no header, no program, no tool server and no module: it chooses one of our profiles, and writes prompts. The two
 *    fields that it must answer with are those that the work needs.
 */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { CompileError, compileFile, formatDiagnostic, memoryLoader } from "flatstate";

const config = (name) => readFileSync(`${import.meta.dirname}/config/${name}`, "utf8");
const ours = { "contract.yml": config("contract.yml"), "profiles.yml": config("profiles.yml") };

const text = { type: "string", maxLength: 4000 };
const only = (properties, required = Object.keys(properties)) => ({
	type: "object",
	additionalProperties: false,
	properties,
	required,
});
const isAllowed = new Ajv({ allErrors: true }).compile(
	only(
		{
			spec: { const: "flatagent" },
			spec_version: { const: "4.2.1" },
			data: only({
				name: { type: "string", pattern: "^[a-z_]{1,32}$" },
				profile: { enum: ["small", "large"] },
				prompt: only({
					system: text,
					user: text,
					output: only({
						subject: only({ type: { const: "str" }, enum: { const: ["fee", "hours", "other"] }, description: text }, [
							"type",
							"enum",
						]),
						urgent: only({ type: { const: "bool" }, description: text }, ["type"]),
					}),
				}),
			}),
			metadata: only({ description: text }, []),
		},
		["spec", "spec_version", "data"],
	),
);

/** A generated document that is not admitted; the message is for whoever wrote it. */
export class DocumentRefusedError extends Error {
	name = "DocumentRefusedError";
}

/**
 * @param {unknown} document text of a flatagent
 * @returns {{ config: object, profiles: object }} the agent and our profiles, as the compiler understood them
 * @throws DocumentRefusedError
 */
export function admit(document) {
	if (typeof document !== "string") throw new DocumentRefusedError("The document is no text.");
	if (document.length > 16_000) throw new DocumentRefusedError("The document is longer than 16,000 characters.");
	const loader = memoryLoader({ ...ours, "hired.yml": document });
	const compiled = compileOrRefuse(loader);
	const complaints = compiled.diagnostics;
	if (complaints.length > 0) throw new DocumentRefusedError(textOf(complaints));
	const { config, profiles } = compiled.plan.agents.hired;
	// What the compiler has read, and no second parser's opinion of the same text.
	if (!isAllowed(config)) throw new DocumentRefusedError(isAllowed.errors.map(textOfError).join("\n"));
	return { config, profiles, loader };
}

function compileOrRefuse(loader) {
	try {
		return compileFile("contract.yml", { loader, confine: true, knownHooks: new Set() });
	} catch (error) {
		if (!(error instanceof CompileError)) throw error;
		throw new DocumentRefusedError(textOf(error.diagnostics), { cause: error });
	}
}

function textOf(diagnostics) {
	return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, { color: false })).join("\n\n");
}

function textOfError({ instancePath, message, params }) {
	const place = instancePath.slice(1).replaceAll("/", ".") || "the document";
	const what = params.additionalProperty ?? params.allowedValues ?? params.allowedValue;
	return `hired.yml: ${place} ${message}${what === undefined ? "" : `: ${JSON.stringify(what)}`}`;
}
