/** How to go on with an execution, as a command line. */
import type { WaitingExecution } from "../../runtime/steps/activity.ts";
import type { ServicesCommandOptions } from "./run-services.ts";

/** Of what a run is given, what no store keeps. */
const keptByNobody = [
	["hooks", "--hooks"],
	["model", "--model"],
	["script", "--script"],
	["mock", "--mock"],
	["allowMcp", "--allow-mcp"],
	["agentFolder", "--agent-folder"],
	["agentPermission", "--agent-permission"],
	["codingTools", "--coding-tools"],
	["allow", "--allow"],
	["yes", "--yes"],
] as const;

/**
 * `flatstate resume ID --store URL`, with the options without which other agents or hooks would be asked, and quotes
 * where a shell needs them; an address that may have a password is left out.
 */
export function resumeHint(executionId: string, address: string, options: ServicesCommandOptions): string {
	return ["flatstate resume", quoted(executionId), ...storeOption(address), ...givenOptions(options).map(quoted)].join(
		" ",
	);
}

/** `flatstate …` with the store's address. */
export function fleetHint(words: readonly string[], address: string): string {
	return ["flatstate", ...words.map(quoted), ...storeOption(address)].join(" ");
}

/** The command that wakes executions of the store when their time has come. */
export function dispatchHint(address: string, options: ServicesCommandOptions): string {
	return ["flatstate dispatch --listen", ...storeOption(address), ...givenOptions(options).map(quoted)].join(" ");
}

/** The options of those that no store keeps, as arguments. */
export function givenOptions(options: ServicesCommandOptions): readonly string[] {
	return givenArguments(options).map(quoted);
}

/** The options that no store keeps, as arguments of a command line. */
export function givenArguments(options: ServicesCommandOptions): readonly string[] {
	const limits = (options.rateLimit ?? []).map(({ match, requests, seconds }) => `${match}=${requests}/${seconds}`);
	const kept = keptByNobody.flatMap(([name, option]) => {
		const value = options[name];
		if (value === undefined || value === false) return [];
		if (value === true) return [option];
		return [value].flat().flatMap((one) => [option, one]);
	});
	return [...kept, ...limits.flatMap((limit) => ["--rate-limit", limit])];
}

/** The command that answers what an execution waits for; the data is for the reader to write. */
export function signalHint({ channel, executionId }: WaitingExecution, address: string): string {
	const to = ["--data", "JSON", "--to", quoted(executionId)];
	return ["flatstate signal", quoted(channel), ...to, ...storeOption(address)].join(" ");
}

function storeOption(address: string): readonly string[] {
	return process.env.FLATSTATE_STORE === address ? [] : ["--store", isOpen(address) ? quoted(address) : "URL"];
}

function isOpen(address: string): boolean {
	return !address.includes("@");
}

function quoted(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
