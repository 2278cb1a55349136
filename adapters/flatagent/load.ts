/** Reads an agent and its profiles from files, for use without a machine. */

import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import { normaliseCatalog, profileFileNames } from "../../compiler/profiles/catalog.ts";
import type { Mapping } from "./definition.ts";
import { InvalidAgentConfigError } from "./errors.ts";
import { FlatAgent, type FlatAgentOptions } from "./flat-agent.ts";

export type LoadOptions = Omit<FlatAgentOptions, "config" | "configDir">;

/**
 * Makes a `FlatAgent` of a file, with the `profiles.yml` beside it unless profiles are given.
 * @throws InvalidAgentConfigError, and what `FlatAgent`'s constructor throws
 */
export async function loadFlatAgent(file: string, options: LoadOptions = {}): Promise<FlatAgent> {
	const configDir = dirname(resolve(file));
	const config = await loadAgentConfig(file, process.cwd());
	return new FlatAgent({ profiles: await discoverProfiles(configDir), ...options, config, configDir });
}

/**
 * Reads an agent's document.
 * @param dir folder that a relative path starts from
 * @throws InvalidAgentConfigError
 */
export async function loadAgentConfig(file: string, dir: string): Promise<Mapping> {
	const config = await readYaml(resolve(dir, file));
	if (!isRecord(config)) throw new InvalidAgentConfigError(file, "the file holds no mapping.");
	return config;
}

/** The catalog in a folder, if there is one (spec section 3.2). */
async function discoverProfiles(dir: string): Promise<ProfilesPlan | undefined> {
	for (const name of profileFileNames) {
		const file = join(dir, name);
		try {
			return normaliseCatalog(parse(await readFile(file, "utf8")), file);
		} catch (cause) {
			if (isRecord(cause) && cause.code === "ENOENT") continue;
			throw new InvalidAgentConfigError(file, "the profiles cannot be read as YAML or JSON.", { cause });
		}
	}
	return undefined;
}

async function readYaml(file: string): Promise<unknown> {
	try {
		return parse(await readFile(file, "utf8"));
	} catch (cause) {
		throw new InvalidAgentConfigError(file, "the file cannot be read as YAML or JSON.", { cause });
	}
}
