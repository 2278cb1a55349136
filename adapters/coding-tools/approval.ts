/** Asks before a tool acts, where the program wants to be asked. */
import { CodingToolError } from "./errors.ts";

/** The tools of the set, by what a model calls. */
export const codingToolNames = ["read", "write", "edit", "list", "grep", "bash"] as const;

export type CodingToolName = (typeof codingToolNames)[number];

/** What a tool is about to do. */
export interface ApprovalRequest {
	readonly tool: CodingToolName;
	/** Checked against the tool's schema. */
	readonly arguments: Readonly<Record<string, unknown>>;
	/** For a person: of `write` and `edit` the lines that go and come, of `bash` the command, else empty. */
	readonly preview: string;
	/** Aborted when nobody waits for the answer any more. */
	readonly signal: AbortSignal;
}

/** Yes or no, and why. */
export type ApprovalAnswer = boolean | { readonly allowed: boolean; readonly reason?: string };

export interface Approval {
	/** Absent: nobody is asked. */
	readonly approve?: (request: ApprovalRequest) => ApprovalAnswer | Promise<ApprovalAnswer>;
	/** Tools for which it is asked. */
	readonly asksFor: ReadonlySet<CodingToolName>;
}

/** Resolves where the call may be made. @throws CodingToolError `refused`, which the model reads */
export async function approved(
	{ approve, asksFor }: Approval,
	request: Omit<ApprovalRequest, "signal">,
	signal: AbortSignal,
): Promise<void> {
	if (!approve || !asksFor.has(request.tool)) return;
	const answer = await approve({ ...request, signal });
	signal.throwIfAborted();
	const { allowed, reason = "" } = typeof answer === "boolean" ? { allowed: answer } : answer;
	if (allowed === true) return;
	throw new CodingToolError("refused", `This call was not allowed${reason === "" ? "." : `: ${reason}`}`);
}
