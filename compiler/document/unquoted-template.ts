/** `key: {{ context.x }}`: the commonest mistake in these files, a map as a key to YAML. */

export interface UnquotedTemplate {
	/** Offsets of the whole template. */
	readonly start: number;
	readonly end: number;
	/** The template in quotes. */
	readonly quoted: string;
}

/**
 * Recognises a template of one line that lacks its quotes.
 * @param start of the inner map, after the first brace
 * @param end of it
 * @returns undefined if this is anything else
 */
export function findUnquotedTemplate(text: string, start: number, end: number): UnquotedTemplate | undefined {
	if (text[start - 1] !== "{" || text[start] !== "{" || !text.startsWith("}", end)) return undefined;
	const template = text.slice(start - 1, end + 1);
	const lineEnd = text.indexOf("\n", end);
	const rest = text.slice(end + 1, lineEnd === -1 ? text.length : lineEnd);
	if (template.includes("\n") || !/^\s*(?:#.*)?$/.test(rest)) return undefined;
	const needsSingle = template.includes('"') || template.includes("\\");
	if (needsSingle && template.includes("'")) return undefined;
	const quoted = needsSingle ? `'${template}'` : `"${template}"`;
	return { start: start - 1, end: end + 1, quoted };
}
