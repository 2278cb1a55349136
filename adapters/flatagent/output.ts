/** Reads the JSON in an answer's text (spec section 19.5). */

/** The JSON value in a text, also within Markdown or prose; `{_raw: text}` where there is none. */
export function readOutput(content: string): { readonly output: unknown; readonly isJson: boolean } {
	// A whole object first: its texts may hold fences, for example of code that a model wrote.
	const whole = parsed(content);
	if (typeof whole === "object" && whole !== null) return { output: whole, isJson: true };
	const within = parsed(withoutMarkdown(content));
	// Spec section 19.5: a text without JSON is kept, so that a later state can look at it.
	return within === undefined ? { output: { _raw: content }, isJson: false } : { output: within, isJson: true };
}

function parsed(text: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		return value;
	} catch {
		return undefined;
	}
}

/** The first fenced block; else from the first bracket to the last one of its kind; else the trimmed text. */
function withoutMarkdown(content: string): string {
	const opening = /```(?:json)?/.exec(content);
	if (opening !== null) {
		const start = opening.index + opening[0].length;
		const end = content.indexOf("```", start);
		if (end !== -1) return content.slice(start, end).trim();
	}
	const brace = content.indexOf("{");
	const bracket = content.indexOf("[");
	const isMap = brace !== -1 && (bracket === -1 || brace < bracket);
	const start = isMap ? brace : bracket;
	const end = content.lastIndexOf(isMap ? "}" : "]");
	return start !== -1 && end > start ? content.slice(start, end + 1) : content.trim();
}
