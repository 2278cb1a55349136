/** Code without what a formatter may change: blanks, quotes, semicolons, commas at the end of a list. */
export function bareText(code: string): string {
	return code
		.replace(/\\(["'])/g, "$1")
		.replace(/["'`;]|\s+/g, "")
		.replace(/,(?=[)\]}]|$)/g, "");
}
