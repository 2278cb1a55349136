/** The port to files: the compiler reads nothing but through it. Synchronous, so that compiling is. */

/** Why a file could not be loaded. `outside_root`: it exists or not, but is not to be looked at. */
export type LoaderErrorCode = "not_found" | "outside_root" | "too_large" | "not_text" | "not_a_file" | "unreadable";

/** Thrown by loaders. */
export class LoaderError extends Error {
	readonly code: LoaderErrorCode;
	readonly path: string;

	constructor(code: LoaderErrorCode, path: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = "LoaderError";
		this.code = code;
		this.path = path;
	}
}

export interface Loader {
	/** Whether `read` would find a file. @throws LoaderError `outside_root` */
	exists(path: string): boolean;
	/** The text of a file, UTF-8, without a byte order mark. @throws LoaderError */
	read(path: string): string;
	/**
	 * The path that a reference in a file of folder `dir` stands for, normalised: equal files give equal paths.
	 * @throws LoaderError `outside_root`
	 */
	resolve(dir: string, reference: string): string;
	/** The folder of a path that `resolve` gave. */
	dirOf(path: string): string;
	/** A loader that refuses whatever is not inside the folder `root`, also through links. */
	confined(root: string): Loader;
}
