/** Reads the `config` of a framework's agent, held against its schema: that of a profile of the same type. */
import { own } from "../../compiler/document/plain-data.ts";
import { checkValue } from "../../compiler/schema/check-value.ts";
import { SCHEMA_POOL } from "../../compiler/schema/definitions.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";

/**
 * @param agent its name, for the message
 * @param config as the document has it
 * @param definition name of the schema's definition: `claudeCode`
 * @throws InvalidAgentConfigError naming the first key that is wrong
 */
export function checkConfig(agent: string, config: Readonly<Record<string, unknown>>, definition: string): void {
	const [problem] = checkValue(config, { $ref: `#/definitions/${definition}` }, SCHEMA_POOL.definitions);
	if (problem === undefined) return;
	const place = problem.path.length === 0 ? "`config`" : `\`config.${problem.path.join(".")}\``;
	const advice = problem.suggestion === undefined ? "" : ` (${problem.suggestion})`;
	throw new InvalidAgentConfigError(agent, `${place}: ${problem.message}${advice}.`);
}

/** The texts of a list in it; without the key none. */
export function texts(config: Readonly<Record<string, unknown>>, key: string): readonly string[] {
	const value = own(config, key);
	return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
