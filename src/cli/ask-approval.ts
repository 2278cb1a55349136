/** Asks the person at the terminal whether a coding tool may act; where there is no terminal the answer is no. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import type { ApprovalAnswer, ApprovalRequest } from "../../adapters/coding-tools/index.ts";
import { printable } from "../../compiler/diagnostics/printable.ts";

export interface AskOptions {
	/** Where answers come from; undefined where nobody can be asked. */
	readonly input: NodeJS.ReadableStream | undefined;
	/** Writes to the person. */
	readonly write: (text: string) => void;
}

const nobody = "nobody can be asked, since there is no terminal; the option --yes of `flatstate` allows it";

/** One question after the other: tools of several agents may ask at the same time. */
export function askApproval({ input, write }: AskOptions): (request: ApprovalRequest) => Promise<ApprovalAnswer> {
	let last: Promise<unknown> = Promise.resolve();
	return (request) => {
		if (!input) return Promise.resolve({ allowed: false, reason: nobody });
		const answer = last.then(() => ask(request, input, write));
		last = answer.catch(() => undefined);
		return answer;
	};
}

async function ask(
	{ tool, preview, signal }: ApprovalRequest,
	input: NodeJS.ReadableStream,
	write: (text: string) => void,
): Promise<ApprovalAnswer> {
	signal.throwIfAborted();
	write(`\n${printable(preview)}\nAllow ${tool}? [y/N, or why not] `);
	// Not as a terminal, so that Ctrl-C stays a signal to this process.
	const lines = createInterface({ input, terminal: false });
	try {
		const closed = once(lines, "close").then(() => "");
		const text = (await Promise.race([lines.question("", { signal }), closed])).trim();
		if (/^y(?:es)?$/i.test(text)) return true;
		return /^(?:no?)?$/i.test(text) ? { allowed: false, reason: "the user said no" } : { allowed: false, reason: text };
	} finally {
		lines.close();
	}
}
