/** Texts of models, documents and providers, made fit for a terminal. */

const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text with control characters shown as escapes, so that it cannot steer a terminal; line ends and tabs stay. */
export function printable(text: string): string {
	return text
		.replaceAll("\r\n", "\n")
		.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
