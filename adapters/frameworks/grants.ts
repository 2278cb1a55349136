/** What the caller lets documents do with coding agents: where they work, and what they may do unasked. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isInside } from "../../runtime/folder-path.ts";
import { InvalidOptionError, onlyOptions, optionalNames } from "../../runtime/permission-options.ts";
import { AgentPermissionError } from "./errors.ts";

/**
 * What an agent may do without anybody's consent:
 * - `read`: look at files;
 * - `edit`: also change files in its folders, and what the program's own sandbox allows there;
 * - `all`: whatever its document says, which includes running any command, any program and any MCP server.
 */
export type CodingPermission = "read" | "edit" | "all";

/** What the caller grants to agents that work on files: documents are not trusted with more. */
export interface CodingGrants {
	/**
	 * Folders that agents may work in and be given, with everything below. The first is where agents work that name no
	 * folder. Default: the folder of the agent's document.
	 */
	readonly folders?: readonly string[];
	/** Default: `edit`. */
	readonly permission?: CodingPermission;
}

const levels: readonly CodingPermission[] = ["read", "edit", "all"];

const grantNames: Readonly<Record<keyof CodingGrants, true>> = { folders: true, permission: true };

/**
 * Refuses grants that are misspelt or of the wrong type: what is not understood must not leave the defaults in force.
 * @param of whose options they are, for the message
 * @param more names of the options that there are beside the grants
 * @throws InvalidOptionError
 */
export function checkGrants<Options extends CodingGrants>(
	of: string,
	options: Options,
	more: Readonly<Record<Exclude<keyof Options, keyof CodingGrants>, true>>,
): void {
	onlyOptions<object>(of, options, { ...grantNames, ...more });
	optionalNames(of, options, ["folders"]);
	const { permission } = options;
	if (permission === undefined || levels.includes(permission)) return;
	throw new InvalidOptionError(of, `\`permission\` must be ${levels.map((level) => `\`${level}\``).join(", ")}`);
}

/** The grants as they hold for one agent. */
export class AgentGrants {
	readonly permission: CodingPermission;
	readonly #agent: string;
	readonly #folders: readonly string[];

	/**
	 * @param agent its name, for messages
	 * @param configDir the folder of its document, where the grants name no folders
	 */
	constructor(agent: string, configDir: string, { folders = [], permission = "edit" }: CodingGrants = {}) {
		this.#agent = agent;
		this.permission = permission;
		this.#folders = (folders.length === 0 ? [configDir] : folders).map((folder) => resolve(folder));
	}

	/**
	 * @param wanted what the document asks for, as it is written there
	 * @throws AgentPermissionError where it needs more than is granted
	 */
	require(needed: CodingPermission, wanted: string): void {
		if (levels.indexOf(needed) <= levels.indexOf(this.permission)) return;
		throw new AgentPermissionError(
			this.#agent,
			`${wanted} needs the permission \`${needed}\`, and \`${this.permission}\` is granted. ` +
				`If you trust the document, grant it with --agent-permission ${needed}, in code with \`codingAgents: { permission: "${needed}" }\`.`,
		);
	}

	/**
	 * A folder that the document names, through links.
	 * @param path relative ones start at the first granted folder; absent = that folder
	 * @param key where the document names it
	 * @throws AgentPermissionError where it is outside of the granted folders, or is not there
	 */
	folder(path: string | undefined, key: string): string {
		const [first = process.cwd()] = this.#folders;
		const asked = resolve(first, expandHome(path ?? "."));
		const real = realPathOf(asked);
		if (real === undefined) throw new AgentPermissionError(this.#agent, `\`${key}\`: there is no folder ${asked}.`);
		if (this.#folders.some((folder) => isInside(realPathOf(folder) ?? folder, real))) return real;
		throw new AgentPermissionError(
			this.#agent,
			`\`${key}\`: ${asked} is outside of the folders that agents may work in (${this.#folders.join(", ")}). ` +
				"Grant it with --agent-folder DIR, in code with `codingAgents: { folders: [...] }`.",
		);
	}
}

function expandHome(path: string): string {
	return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

function realPathOf(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}
