/** Writes a text as a YAML or JSON scalar in the manner of the one that it replaces. */

const PLAIN = /^[A-Za-z_$./~][^\n\r\t,[\]{}&*!|>'"%@`#]*$/;
const NOT_A_TEXT = /^(?:true|false|null|yes|no|on|off|y|n|~|[-+]?\.(?:inf|nan))$/i;

/**
 * @param original source of the scalar that goes
 * @param value that the new scalar stands for
 * @param file the name of its file; JSON wants double quotes
 * @returns undefined where `original` is a block scalar or no scalar, so that layout could be hurt
 */
export function scalarText(original: string, value: string, file: string): string | undefined {
	if (/^[|>[{&*!]/.test(original) || original.includes("\n") || /[\n\r]/.test(value)) return undefined;
	if (original.startsWith('"') || file.toLowerCase().endsWith(".json")) return JSON.stringify(value);
	if (original.startsWith("'")) return `'${value.replaceAll("'", "''")}'`;
	return isPlain(value) ? value : JSON.stringify(value);
}

/** Whether a text may stand without quotes, in a block and between braces. */
function isPlain(value: string): boolean {
	return PLAIN.test(value) && !NOT_A_TEXT.test(value) && !/: |:$| $| #/.test(value);
}
