/** An agent that a module exports: `ref: ./agent.ts#triage`. */
import { confinedModule, type ModuleAccess } from "../../runtime/hooks/confined-module.ts";
import { importModule } from "../../runtime/hooks/import-module.ts";
import { nameList } from "../../runtime/hooks/nearest-name.ts";
import { InvalidAgentConfigError } from "../flatagent/errors.ts";
import type { AgentsSdk, SdkAgent } from "./sdk.ts";

/** A module, and the name of its export. */
export interface ModuleReference {
	readonly file: string;
	readonly exportName: string;
}

/** Splits `./agent.ts#triage`; without a name the default export is meant. */
export function readModuleReference(ref: string): ModuleReference {
	const [file = "", ...rest] = ref.split("#");
	return { file, exportName: rest.join("#") || "default" };
}

/**
 * The module's real path, in the machine's folder or where the caller allows, as of modules of hooks.
 * @throws HookModuleError `hook_module`
 */
export function locateModule({ file }: ModuleReference, dir: string, access: ModuleAccess): Promise<string> {
	return confinedModule({ dir, file }, access.roots ?? [], {
		what: "agent's module",
		otherwise: "or allow its folder with `openAiAgentsAdapter({ modules: { roots: [folder] } })`",
	});
}

/**
 * Imports the module and gives the agent that it exports: one, or a function that makes one.
 * @param file its real path
 * @throws HookModuleError, InvalidAgentConfigError
 */
export async function importAgent(
	sdk: AgentsSdk,
	name: string,
	file: string,
	{ exportName }: ModuleReference,
	access: ModuleAccess,
): Promise<SdkAgent> {
	const exports = await importModule(file, access.importer);
	const exported: unknown = Object.hasOwn(exports, exportName) ? exports[exportName] : undefined;
	if (exported === undefined) {
		throw new InvalidAgentConfigError(
			name,
			`${file} has no export \`${exportName}\`. It exports: ${nameList(Object.keys(exports).sort())}.`,
		);
	}
	const agent: unknown = typeof exported === "function" ? await exported() : exported;
	if (agent instanceof sdk.Agent) return agent;
	const hint = looksLikeAgent(agent)
		? "an agent of another copy of @openai/agents: install it once"
		: "no `Agent` of @openai/agents";
	throw new InvalidAgentConfigError(name, `\`${exportName}\` of ${file} is ${hint}.`);
}

function looksLikeAgent(value: unknown): boolean {
	return typeof value === "object" && value !== null && value.constructor.name === "Agent";
}
