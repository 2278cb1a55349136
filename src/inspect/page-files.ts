/** The files of the inspector's page, as they were built: read when they are asked for, nothing outside of their folders. */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { packageFolder } from "../../runtime/package-folder.ts";

export interface PageFile {
	readonly type: string;
	readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
	".css": "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".json": "application/json",
	".map": "application/json",
	".md": "text/plain; charset=utf-8",
	".png": "image/png",
	".svg": "image/svg+xml",
	".ttf": "font/ttf",
	".woff2": "font/woff2",
};

/** The folder of the page that comes with this package. */
export function pageFolder(): string {
	return join(packageFolder(), "dist", "page");
}

/** Where the diagrams' fonts are, which the page asks for on systems without them. */
const fonts = "fonts/";

/**
 * @param path of the request, e.g. `/assets/index.js`; `/` is the page itself
 * @returns undefined where there is no such file
 */
export async function readPageFile(folder: string, path: string): Promise<PageFile | undefined> {
	const name = path === "/" ? "index.html" : path.slice(1);
	// Names that the build gives, and no others: no hidden file, no way out of the folder.
	if (!/^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/.test(name)) return undefined;
	const type = Object.hasOwn(types, extname(name)) ? types[extname(name)] : undefined;
	if (type === undefined) return undefined;
	try {
		return { type, content: await readFile(placeOf(folder, name)) };
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

function placeOf(folder: string, name: string): string {
	if (!name.startsWith(fonts)) return join(folder, name);
	return join(packageFolder(), "src", "diagram", "fonts", name.slice(fonts.length));
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR");
}
