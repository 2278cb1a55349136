/** How to go on with an execution, as a command line. */

/** `flatstate resume ID --store URL`, with quotes where a shell needs them; an address that may have a password is left out. */
export function resumeHint(executionId: string, address: string): string {
	const id = quoted(executionId);
	if (process.env.FLATSTATE_STORE === address) return `flatstate resume ${id}`;
	return `flatstate resume ${id} --store ${address.includes("@") ? "URL" : quoted(address)}`;
}

function quoted(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
