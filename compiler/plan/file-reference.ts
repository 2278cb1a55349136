/** What a reference's text says about itself (spec section 2.1). */

const documentEnding = /\.(?:ya?ml|json)$/i;
const moduleEnding = /\.(?:py|[cm]?[jt]s)$/i;

/** Whether a text names a file: a path, or the ending of a document. `pkg.module:factory` does not. */
export function looksLikeFile(reference: string): boolean {
	return documentEnding.test(reference) || /^~|[\\/]/.test(reference);
}

/** Whether a text names a module of code, which is never read as a document. Behind `#` may stand one of its exports. */
export function isModule(reference: string): boolean {
	return moduleEnding.test(moduleFile(reference));
}

/** The file of a reference to a module. */
export function moduleFile(reference: string): string {
	return reference.split("#", 1)[0] ?? reference;
}
