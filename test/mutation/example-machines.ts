/** The machines of the examples, and variants of them with another text in place of their file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileLoader } from "../../adapters/files/file-loader.ts";
import { type Compiled, CompileError, compileFile } from "../../src/compile.ts";
import { root } from "../docs/page.ts";

/** Paths of every flatmachine document below examples/, relative to the package. */
export function exampleMachines(): readonly string[] {
	const folders = readdirSync(join(root, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const all = folders.flatMap(({ name }) =>
		readdirSync(join(root, "examples", name, "config")).map((file) => `examples/${name}/config/${file}`),
	);
	return all.filter((file) => /"?\bspec"?: "?flatmachine\b/.test(textOf(file))).sort();
}

export function textOf(file: string): string {
	return readFileSync(join(root, file), "utf8");
}

/** Compiles a file as if its text were another; undefined where it then has errors. */
export function compileWithText(file: string, text: string): Compiled | undefined {
	const path = join(root, file);
	const loader = fileLoader();
	try {
		return compileFile(path, { loader: { ...loader, read: (other) => (other === path ? text : loader.read(other)) } });
	} catch (error) {
		if (error instanceof CompileError) return undefined;
		throw error;
	}
}

/** Compiles a file as it is. @throws CompileError */
export function compileExample(file: string): Compiled {
	return compileFile(join(root, file));
}
