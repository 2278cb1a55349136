/** Texts that tools give a model, bounded: nobody wants to pay for, and store, a result of any size. */

/** Longest text of one result, in characters. */
export const longestResult = 100_000;

/** The text, cut behind `most` characters, with a word of what is missing. */
export function boundedText(text: string, most: number = longestResult): string {
	if (text.length <= most) return text;
	return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}\n… [${text.length - most} more characters]`;
}
