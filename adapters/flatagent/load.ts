/** Reads an agent and its profiles from files, for use without a machine. */

import { dirname, resolve } from "node:path";
import { type Loader, LoaderError } from "../../compiler/document/loader.ts";
import { isRecord } from "../../compiler/document/plain-data.ts";
import type { ProfilesPlan } from "../../compiler/plan/plan.ts";
import { normaliseCatalog, profileFileNames } from "../../compiler/profiles/catalog.ts";
import { fileLoader } from "../files/file-loader.ts";
import type { Mapping } from "./definition.ts";
import { InvalidAgentConfigError } from "./errors.ts";
import { FlatAgent, type FlatAgentOptions } from "./flat-agent.ts";
import { readDocument, reasonOf } from "./read-document.ts";

export type LoadOptions = Omit<FlatAgentOptions, "config" | "configDir">;

/**
 * Makes a `FlatAgent` of a file, with the `profiles.yml` beside it unless profiles are given.
 * @throws InvalidAgentConfigError, and what `FlatAgent`'s constructor throws
 */
export async function loadFlatAgent(file: string, options: LoadOptions = {}): Promise<FlatAgent> {
	const { loader = fileLoader() } = options;
	const configDir = dirname(resolve(file));
	const config = loadAgentConfig(file, process.cwd(), loader);
	return new FlatAgent({ profiles: discoverProfiles(configDir, loader), ...options, config, configDir });
}

/**
 * Reads an agent's document.
 * @param dir folder that a relative path starts from
 * @throws InvalidAgentConfigError
 */
export function loadAgentConfig(file: string, dir: string, loader: Loader): Mapping {
	let config: unknown;
	try {
		config = readDocument(loader, dir, file);
	} catch (cause) {
		throw new InvalidAgentConfigError(file, `the file cannot be read as YAML or JSON: ${reasonOf(cause)}.`, { cause });
	}
	if (!isRecord(config)) throw new InvalidAgentConfigError(file, "the file holds no mapping.");
	return config;
}

/** The catalog in a folder, if there is one (spec section 3.2). */
function discoverProfiles(dir: string, loader: Loader): ProfilesPlan | undefined {
	for (const name of profileFileNames) {
		const file = resolve(dir, name);
		try {
			return normaliseCatalog(readDocument(loader, dir, name), file);
		} catch (cause) {
			if (cause instanceof LoaderError && cause.code === "not_found") continue;
			throw new InvalidAgentConfigError(file, `the profiles cannot be read as YAML or JSON: ${reasonOf(cause)}.`, {
				cause,
			});
		}
	}
	return undefined;
}
