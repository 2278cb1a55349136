/** Reads the JSON in an answer's text (spec section 19.5). */

/** The JSON value in a text, also within Markdown or prose; `{_raw: text}` where there is none. */
export function readOutput(content: string): unknown {
	try {
		const value: unknown = JSON.parse(withoutMarkdown(content));
		return value;
	} catch {
		// Spec section 19.5: the text is kept, so that a later state can look at it.
		return { _raw: content };
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
