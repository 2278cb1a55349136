/** Which tools a loop may call (spec section 12.3, step 9). */

export interface ToolPermission {
	/** Only these; absent = all. */
	readonly allowed?: readonly string[] | undefined;
	/** Never these; wins over `allowed`. */
	readonly denied: readonly string[];
}

/** Whether a tool may be called. */
export function isAllowed({ allowed, denied }: ToolPermission, name: string): boolean {
	return !denied.includes(name) && (allowed === undefined || allowed.includes(name));
}

/** `allowed_tools` as it is written: there, an empty list allows all (spec section 12.1). */
export function allowedOf(written: readonly string[] | undefined): readonly string[] | undefined {
	return written === undefined || written.length === 0 ? undefined : written;
}

/** What the model is told of a tool that may not be called. */
export function notAllowedText(name: string): string {
	return `Tool '${name}' is not allowed.`;
}

/** What the model is told of a call that hooks have skipped. */
export function skippedText(name: string): string {
	return `Tool '${name}' was skipped by policy.`;
}

/** What the model is told of a call that was not made, since the loop was left before. */
export function notRunText(name: string): string {
	return `Tool '${name}' was not run: the tool loop had ended.`;
}
