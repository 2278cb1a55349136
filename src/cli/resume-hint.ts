/** How to go on with an execution, as a command line. */
import type { ServicesCommandOptions } from "./run-services.ts";

/** Of what a run is given, what no store keeps. */
const keptByNobody = ["hooks", "model", "script", "mock"] as const;

/**
 * `flatstate resume ID --store URL`, with the options without which other agents or hooks would be asked, and quotes
 * where a shell needs them; an address that may have a password is left out.
 */
export function resumeHint(executionId: string, address: string, options: ServicesCommandOptions): string {
	const store = process.env.FLATSTATE_STORE === address ? [] : ["--store", isOpen(address) ? quoted(address) : "URL"];
	const given = keptByNobody.flatMap((name) => {
		const value = options[name];
		return value === undefined ? [] : [`--${name}`, quoted(value)];
	});
	return ["flatstate resume", quoted(executionId), ...store, ...given].join(" ");
}

function isOpen(address: string): boolean {
	return !address.includes("@");
}

function quoted(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
