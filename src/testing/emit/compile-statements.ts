/** The statements of a test file that compile its machine, broken into lines where paths are long. */
import { formatLiteral, lineWidth } from "./literal.ts";

/**
 * @param name of the variable that gets the compiled machine
 * @param file path of its file, relative to the test
 * @param profiles path of a profiles catalog
 */
export function compileStatements(name: string, file: string, profiles: string | undefined): readonly string[] {
	const options = profiles === undefined ? "" : ", { profilesFile }";
	const before = profiles === undefined ? [] : [joined("profilesFile", profiles)];
	const whole = `const ${name} = compileFile(${join(file)}${options});`;
	if (whole.length <= lineWidth) return [...before, whole];
	return [...before, joined("file", file), `const ${name} = compileFile(file${options});`];
}

/** The file that the statements of a test compile, as they name it; undefined where there are none. */
export function compiledFileIn(test: string): string | undefined {
	const place = /(?:\bcompileFile\(\s*|\bfile = )join\(\s*import\.meta\.dirname,\s*["']([^"'\n]+)["']/;
	return place.exec(test)?.[1];
}

function joined(variable: string, path: string): string {
	const statement = `const ${variable} = ${join(path)};`;
	if (statement.length <= lineWidth) return statement;
	return `const ${variable} = join(\n\timport.meta.dirname,\n\t${formatLiteral(path, 1, 1)},\n);`;
}

function join(path: string): string {
	return `join(import.meta.dirname, ${formatLiteral(path, 0, 0)})`;
}
