/** Texts of models, documents and providers, made fit for a terminal. */

/** Control characters but line ends and tabs, and the marks that turn the direction of what follows. */
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The text with what could steer a terminal, or show it in another order, as escapes; line ends and tabs stay. JSON
 * means the same afterwards.
 */
export function printable(text: string): string {
	return text
		.replaceAll("\r\n", "\n")
		.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The text with a dot for each such character, so that columns stay. */
export function printableColumns(text: string): string {
	return text.replace(steering, "\u00b7");
}
